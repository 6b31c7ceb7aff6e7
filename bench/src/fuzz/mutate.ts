/** Files that nobody would make: good ones, broken in seeded ways. */
import { gzipSync, zstdCompressSync } from 'node:zlib';

/** Small, fast, and the same everywhere. Source: Bob Jenkins, "small fast counting RNG" (sfc32), public domain. */
export class Random {
  #a: number;
  #b = 0x9e3779b9 | 0;
  #c = 0x243f6a88 | 0;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** 32 random bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

const TOKENS = [
  ',',
  ';',
  '\t',
  '|',
  '"',
  '""',
  '\n',
  '\r',
  '\r\n',
  '\\',
  '\0',
  '\uFEFF',
  '{',
  '}',
  '[',
  ':',
  'null',
  'N/A',
  '#NAME?',
  '⭐',
  '⭐⭐⭐⭐⭐⭐⭐',
  '4/5',
  '80%',
  '1e308',
  '-0',
  '1,234.50',
  '12,5',
  '99999999999999999999',
  '31/02/2020',
  '06/09/2018',
  '24.12.2016',
  '2020-02-29',
  '_dup',
  '_copy_dup',
  'Guest_',
  '\u202E',
  '\uD83D\uDE00',
  'e\u0301',
  '__proto__',
  'rating',
  'review_id',
  '=1+1',
].map((token) => Buffer.from(token));

/** Bytes that no UTF-8 has, and half characters. */
const RAW = [
  Buffer.of(0xff),
  Buffer.of(0xc3),
  Buffer.of(0xed, 0xa0, 0x80),
  Buffer.of(0xfe, 0xff),
  Buffer.of(0x1f, 0x8b),
];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const splice = (bytes: Buffer, at: number, removed: number, inserted: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.of(TOKENS)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), random.below(8), random.of(TOKENS)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.of(RAW)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1, Buffer.of(random.below(256))),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), random.below(400), Buffer.alloc(0)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    const part = bytes.subarray(from, from + random.below(2_000));
    return splice(bytes, random.below(bytes.length + 1), 0, part);
  },
  (bytes, random) =>
    splice(bytes, random.below(bytes.length + 1), 0, Buffer.alloc(random.below(5_000), random.of(TOKENS))),
];

const PACKINGS: readonly Mutation[] = [
  (bytes) => gzipSync(bytes),
  (bytes) => zstdCompressSync(bytes),
  (bytes) => Buffer.from(`\uFEFF${bytes.toString('utf8')}`, 'utf16le'),
  (bytes, random) => {
    const packed = gzipSync(bytes);
    return splice(packed, random.below(packed.length), 1, Buffer.of(random.below(256)));
  },
];

/** One to a dozen mutations, then now and then another packing or encoding. */
export function mutated(file: Buffer, random: Random): Buffer {
  let bytes = file;
  for (let left = 1 + random.below(12); left > 0; left--) bytes = random.of(MUTATIONS)(bytes, random);
  return random.below(8) === 0 ? random.of(PACKINGS)(bytes, random) : bytes;
}
