/**
 * MurmurHash3, the 128-bit form for 32-bit machines, over a buffer that is filled part by part. Two rows are taken as equal
 * when their 128 bits are; it is no cryptographic hash, and whoever makes two of his own rows meet loses one of his own.
 * Source: Austin Appleby, MurmurHash3_x86_128 (public domain), checked against its published test value.
 */
const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Writes the hash of bytes [start, end) as four words into `out` at `at`. */
export function hash128(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  out: Int32Array,
  at: number,
): void {
  const length = end - start;
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const blocksEnd = start + (length & ~15);
  let i = start;
  for (; i < blocksEnd; i += 16) {
    let k1 = word(bytes, i);
    let k2 = word(bytes, i + 4);
    let k3 = word(bytes, i + 8);
    let k4 = word(bytes, i + 12);
    k1 = Math.imul(rotate(Math.imul(k1, C1), 15), C2);
    h1 = (Math.imul(rotate(h1 ^ k1, 19) + h2, 5) + 0x561ccd1b) | 0;
    k2 = Math.imul(rotate(Math.imul(k2, C2), 16), C3);
    h2 = (Math.imul(rotate(h2 ^ k2, 17) + h3, 5) + 0x0bcaa747) | 0;
    k3 = Math.imul(rotate(Math.imul(k3, C3), 17), C4);
    h3 = (Math.imul(rotate(h3 ^ k3, 15) + h4, 5) + 0x96cd1c35) | 0;
    k4 = Math.imul(rotate(Math.imul(k4, C4), 18), C1);
    h4 = (Math.imul(rotate(h4 ^ k4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  if (i < end) {
    h4 ^= Math.imul(rotate(Math.imul(tail(bytes, i + 12, end), C4), 18), C1);
    h3 ^= Math.imul(rotate(Math.imul(tail(bytes, i + 8, end), C3), 17), C4);
    h2 ^= Math.imul(rotate(Math.imul(tail(bytes, i + 4, end), C2), 16), C3);
    h1 ^= Math.imul(rotate(Math.imul(tail(bytes, i, end), C1), 15), C2);
  }
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  out[at] = h1;
  out[at + 1] = (h2 + h1) | 0;
  out[at + 2] = (h3 + h1) | 0;
  out[at + 3] = (h4 + h1) | 0;
}

function word(bytes: Uint8Array, i: number): number {
  return (
    (bytes[i] as number) |
    ((bytes[i + 1] as number) << 8) |
    ((bytes[i + 2] as number) << 16) |
    ((bytes[i + 3] as number) << 24)
  );
}

/** Up to four bytes from `i`, those past the end counting as zero. */
function tail(bytes: Uint8Array, i: number, end: number): number {
  let value = 0;
  for (let at = Math.min(i + 4, end) - 1; at >= i; at--) value = (value << 8) | (bytes[at] as number);
  return value;
}
