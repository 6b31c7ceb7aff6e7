import type { Embedder } from './embedder.ts';
import { hashingEmbedder } from './hashing.ts';
import { miniLmEmbedder } from './minilm.ts';
import { titanEmbedder } from './titan.ts';

const EMBEDDERS: Readonly<Record<string, () => Embedder | Promise<Embedder>>> = {
  minilm: miniLmEmbedder,
  hashing: hashingEmbedder,
  titan: titanEmbedder,
};

/** @throws TypeError for a name that is none of theirs */
export async function selectEmbedder(name: string): Promise<Embedder> {
  const open = Object.hasOwn(EMBEDDERS, name) ? EMBEDDERS[name] : undefined;
  if (open === undefined) throw new TypeError(`no embedder ${name}; there are ${Object.keys(EMBEDDERS).join(', ')}`);
  return await open();
}
