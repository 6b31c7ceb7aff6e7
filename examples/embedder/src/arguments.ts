/** The command lines of both commands. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Embedder } from './embedders/embedder.ts';
import { selectEmbedder } from './embedders/select.ts';
import { VectorStore } from './vector-store.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Arguments {
  readonly embedder: string;
  readonly store: string;
  readonly once: boolean;
  readonly count: number;
  readonly words: readonly string[];
}

/** @throws TypeError for what is no argument of ours */
export function parse(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      embedder: { type: 'string', default: 'minilm' },
      store: { type: 'string' },
      once: { type: 'boolean', default: false },
      count: { type: 'string', default: '5' },
    },
  });
  const { embedder, once } = values;
  const store = values.store ?? path.join(ROOT, '.local', 'embedder', `${embedder}.sqlite`);
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1)
    throw new TypeError(`--count must be a number from 1, not ${values.count}`);
  return { embedder, store, once, count, words: positionals };
}

export async function openStore(
  args: Arguments,
): Promise<{ readonly embedder: Embedder; readonly store: VectorStore }> {
  const embedder = await selectEmbedder(args.embedder);
  try {
    mkdirSync(path.dirname(args.store), { recursive: true });
    return { embedder, store: new VectorStore(args.store, embedder) };
  } catch (error) {
    await embedder.close();
    throw error;
  }
}
