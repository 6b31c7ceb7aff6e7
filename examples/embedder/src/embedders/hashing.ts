/**
 * Words and their parts, hashed into a vector: no model, no download, the same everywhere. It finds what is said in the
 * same words, and knows nothing of their meaning. Source: Weinberger et al. 2009, "Feature Hashing for Large Scale
 * Multitask Learning", section 2.
 */
import { createHash } from 'node:crypto';
import { type Embedder, ofLengthOne } from './embedder.ts';

const DIMENSIONS = 256;
const GRAM_CHARS = 4;
/** A word weighs more than each of its parts. */
const WORD_WEIGHT = 2;

export function hashingEmbedder(): Embedder {
  return {
    name: 'hashing-256',
    dimensions: DIMENSIONS,
    embed: async (texts) => texts.map(vectorOf),
    close: async () => {},
  };
}

function vectorOf(text: string): Float32Array {
  const sums = new Float32Array(DIMENSIONS);
  const add = (feature: string, weight: number) => {
    const digest = createHash('sha256').update(feature).digest();
    const at = digest.readUInt16LE(0) % DIMENSIONS;
    sums[at] = (sums[at] ?? 0) + ((digest[2] ?? 0) % 2 === 0 ? weight : -weight);
  };
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    add(word, WORD_WEIGHT);
    for (let at = 0; at + GRAM_CHARS <= word.length; at += 1) add(`~${word.slice(at, at + GRAM_CHARS)}`, 1);
  }
  return ofLengthOne(sums);
}
