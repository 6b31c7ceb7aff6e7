/**
 * Parquet's encodings of a column chunk: dictionaries, levels, values and their range. Source: Parquet format, Encodings.md.
 *
 * A column of texts is `bytes`, `offsets` and `entries`: the text of row r is the one between offsets[entries[r]] and the
 * offset after it, or r itself for entries[r] where `entries` is 0. `nulls` is 0 where no row is null. What writes to `out`
 * returns the address after the last byte that counts, and may touch the eight bytes after it.
 */
const PRIME_1: u64 = ((<u64>0x9e3779b1) << 32) | <u64>0x85ebca87;
const PRIME_2: u64 = ((<u64>0xc2b2ae3d) << 32) | <u64>0x27d4eb4f;
const PRIME_3: u64 = ((<u64>0x165667b1) << 32) | <u64>0x9e3779f9;
const PRIME_4: u64 = ((<u64>0x85ebca77) << 32) | <u64>0xc2b2ae63;
const PRIME_5: u64 = ((<u64>0x27d4eb2f) << 32) | <u64>0x165667c5;

function round(lane: u64, word: u64): u64 {
  return rotl(lane + word * PRIME_2, 31) * PRIME_1;
}

function merge(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
}

/** xxHash64 with seed 0. Source: Yann Collet, xxHash, doc/xxhash_spec.md. */
export function xxHash64(start: usize, length: i32): u64 {
  let at = start;
  const end = start + length;
  let hash: u64 = PRIME_5;
  if (length >= 32) {
    let a: u64 = PRIME_1 + PRIME_2;
    let b: u64 = PRIME_2;
    let c: u64 = 0;
    let d: u64 = 0 - PRIME_1;
    for (; at + 32 <= end; at += 32) {
      a = round(a, load<u64>(at));
      b = round(b, load<u64>(at, 8));
      c = round(c, load<u64>(at, 16));
      d = round(d, load<u64>(at, 24));
    }
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  }
  hash += <u64>length;
  for (; at + 8 <= end; at += 8) hash = rotl(hash ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
  if (at + 4 <= end) {
    hash = rotl(hash ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl(hash ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1;
  hash = (hash ^ (hash >> 33)) * PRIME_2;
  hash = (hash ^ (hash >> 29)) * PRIME_3;
  return hash ^ (hash >> 32);
}

function isNull(nulls: usize, row: i32): bool {
  return nulls !== 0 && load<u8>(nulls + row) !== 0;
}

function entryOf(entries: usize, row: i32): i32 {
  return entries === 0 ? row : load<i32>(entries + ((<usize>row) << 2));
}

function startOf(offsets: usize, entry: i32): usize {
  return load<u32>(offsets + ((<usize>entry) << 2));
}

function endOf(offsets: usize, entry: i32): usize {
  return load<u32>(offsets + ((<usize>entry) << 2), 4);
}

function isEqual(a: usize, b: usize, length: i32): bool {
  let i: usize = 0;
  for (; i + 8 <= <usize>length; i += 8) if (load<u64>(a + i) !== load<u64>(b + i)) return false;
  for (; i < <usize>length; i++) if (load<u8>(a + i) !== load<u8>(b + i)) return false;
  return true;
}

function copy(from: usize, length: usize, to: usize): void {
  if (length > 64) {
    memory.copy(to, from, length);
    return;
  }
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) store<u64>(to + i, load<u64>(from + i));
  for (; i < length; i++) store<u8>(to + i, load<u8>(from + i));
}

// Dictionaries. A slot is 0 or, from the highest bit, 32 bits of hash and the number of a value plus 1. The table begins
// small, so that few values stay in the processor's cache, and doubles when half full. Values are numbered by first sight.

const SLOTS_MIN: i32 = 1024;
/** Beyond so many steps a row, on average, the values were made to collide: the dictionary is given up. */
const STEPS_A_ROW_MAX: i32 = 16;
/** By so many values a dictionary has repeats, or is given up. */
const PROBATION: i32 = 4096;
const PROBATION_DISTINCT_MAX: i32 = 4014;

function isHopeless(size: i32, sizeMax: i32, count: i32): bool {
  return size > sizeMax || (count === PROBATION && size > PROBATION_DISTINCT_MAX);
}

function insert(slots: usize, mask: u32, hash: u32, number: i32): void {
  let slot = hash & mask;
  while (load<u64>(slots + ((<usize>slot) << 3)) !== 0) slot = (slot + 1) & mask;
  store<u64>(slots + ((<usize>slot) << 3), ((<u64>hash) << 32) | (number + 1));
}

/**
 * @param slots room for eight bytes times the lowest power of two that is at least twice sizeMax and no less than 1024
 * @param hashes,firsts,indices four bytes each for every value that the column has
 * @param firsts the entry of first sight of each distinct text
 * @param indices the number of its text for each row that is not null
 * @returns how many texts are distinct, or −1 where they are more than sizeMax, or few repeat at the beginning
 */
export function dictionaryOfTexts(
  bytes: usize,
  offsets: usize,
  nulls: usize,
  rows: i32,
  slots: usize,
  hashes: usize,
  firsts: usize,
  indices: usize,
  sizeMax: i32,
): i32 {
  let capacity = SLOTS_MIN;
  let mask: u32 = capacity - 1;
  memory.fill(slots, 0, (<usize>capacity) << 3);
  let size: i32 = 0;
  let count: i32 = 0;
  let steps: i32 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    const start = bytes + startOf(offsets, row);
    const length = <i32>(bytes + endOf(offsets, row) - start);
    const hash = <u32>xxHash64(start, length);
    let slot = hash & mask;
    let number: i32 = -1;
    for (;;) {
      const held = load<u64>(slots + ((<usize>slot) << 3));
      if (held === 0) break;
      if (<u32>(held >> 32) === hash) {
        const candidate = <i32>held - 1;
        const first = load<i32>(firsts + ((<usize>candidate) << 2));
        const other = bytes + startOf(offsets, first);
        if (<i32>(bytes + endOf(offsets, first) - other) === length && isEqual(start, other, length)) {
          number = candidate;
          break;
        }
      }
      slot = (slot + 1) & mask;
      steps += 1;
    }
    if (number < 0) {
      number = size++;
      store<u64>(slots + ((<usize>slot) << 3), ((<u64>hash) << 32) | size);
      store<u32>(hashes + ((<usize>number) << 2), hash);
      store<i32>(firsts + ((<usize>number) << 2), row);
      if (size * 2 > capacity) {
        capacity *= 2;
        mask = capacity - 1;
        memory.fill(slots, 0, (<usize>capacity) << 3);
        for (let i: i32 = 0; i < size; i++) insert(slots, mask, load<u32>(hashes + ((<usize>i) << 2)), i);
      }
    }
    store<i32>(indices + ((<usize>count) << 2), number);
    count += 1;
    if (isHopeless(size, sizeMax, count) || steps > rows * STEPS_A_ROW_MAX) return -1;
  }
  return size;
}

/** Bits that round numbers leave 0 are at the end, where multiplying would leave them. */
function hashOfBits(bits: u64): u32 {
  return <u32>(((bits ^ (bits >> 32)) * PRIME_1) >> 32);
}

/** As dictionaryOfTexts, for numbers of four or eight bytes, compared by their bits; `distinct` holds each in eight. */
export function dictionaryOfNumbers(
  values: usize,
  width: i32,
  nulls: usize,
  rows: i32,
  slots: usize,
  distinct: usize,
  indices: usize,
  sizeMax: i32,
): i32 {
  let capacity = SLOTS_MIN;
  let mask: u32 = capacity - 1;
  memory.fill(slots, 0, (<usize>capacity) << 3);
  let size: i32 = 0;
  let count: i32 = 0;
  let steps: i32 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    const bits = width === 8 ? load<u64>(values + ((<usize>row) << 3)) : <u64>load<u32>(values + ((<usize>row) << 2));
    const hash = hashOfBits(bits);
    let slot = hash & mask;
    let number: i32 = -1;
    for (;;) {
      const held = load<u64>(slots + ((<usize>slot) << 3));
      if (held === 0) break;
      if (<u32>(held >> 32) === hash && load<u64>(distinct + ((<usize>(<u32>held - 1)) << 3)) === bits) {
        number = <i32>held - 1;
        break;
      }
      slot = (slot + 1) & mask;
      steps += 1;
    }
    if (number < 0) {
      number = size++;
      store<u64>(slots + ((<usize>slot) << 3), ((<u64>hash) << 32) | size);
      store<u64>(distinct + ((<usize>number) << 3), bits);
      if (size * 2 > capacity) {
        capacity *= 2;
        mask = capacity - 1;
        memory.fill(slots, 0, (<usize>capacity) << 3);
        for (let i: i32 = 0; i < size; i++) insert(slots, mask, hashOfBits(load<u64>(distinct + ((<usize>i) << 3))), i);
      }
    }
    store<i32>(indices + ((<usize>count) << 2), number);
    count += 1;
    if (isHopeless(size, sizeMax, count) || steps > rows * STEPS_A_ROW_MAX) return -1;
  }
  return size;
}

/**
 * As dictionaryOfTexts, for codes into a larger dictionary.
 * @param stamps eight bytes a code: the stamp under which it was last seen, and its number then
 * @param stamp one that no earlier call had on these stamps
 */
export function dictionaryOfCodes(
  codes: usize,
  nulls: usize,
  rows: i32,
  stamps: usize,
  stamp: u32,
  firsts: usize,
  indices: usize,
  sizeMax: i32,
): i32 {
  let size: i32 = 0;
  let count: i32 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    const code = load<i32>(codes + ((<usize>row) << 2));
    const seen = stamps + ((<usize>code) << 3);
    let number: i32;
    if (load<u32>(seen) === stamp) {
      number = load<i32>(seen, 4);
    } else {
      if (size === sizeMax) return -1;
      number = size++;
      store<u32>(seen, stamp);
      store<i32>(seen, number, 4);
      store<i32>(firsts + ((<usize>number) << 2), code);
    }
    store<i32>(indices + ((<usize>count) << 2), number);
    count += 1;
  }
  return size;
}

// Values that are alike stand together in a dictionary that is ordered by their first eight bytes: zstd finds them there.

const DIGIT_BITS: u64 = 11;
const DIGIT_MASK: u64 = 2047;
const COUNTS = memory.data(8192);

/**
 * Orders a dictionary of texts, and has the indices follow.
 * @param scratch 32 bytes for each value
 */
export function orderTexts(
  bytes: usize,
  offsets: usize,
  entries: usize,
  size: i32,
  indices: usize,
  indexCount: i32,
  scratch: usize,
): void {
  for (let i: i32 = 0; i < size; i++) {
    const entry = load<i32>(entries + ((<usize>i) << 2));
    const start = bytes + startOf(offsets, entry);
    const pair = scratch + ((<usize>i) << 4);
    store<u64>(pair, headOf(start, <i32>(bytes + endOf(offsets, entry) - start)));
    store<u32>(pair, i, 8);
    store<i32>(pair, entry, 12);
  }
  const pairs = sortPairs(scratch, size);
  for (let i: i32 = 0; i < size; i++) store<i32>(entries + ((<usize>i) << 2), load<i32>(pairs + ((<usize>i) << 4), 12));
  followOrder(pairs, size, pairs === scratch ? scratch + ((<usize>size) << 4) : scratch, indices, indexCount);
}

/** As orderTexts, for numbers of eight bytes, by their bits. */
export function orderNumbers(distinct: usize, size: i32, indices: usize, indexCount: i32, scratch: usize): void {
  for (let i: i32 = 0; i < size; i++) {
    const pair = scratch + ((<usize>i) << 4);
    store<u64>(pair, load<u64>(distinct + ((<usize>i) << 3)));
    store<u32>(pair, i, 8);
  }
  const pairs = sortPairs(scratch, size);
  for (let i: i32 = 0; i < size; i++) store<u64>(distinct + ((<usize>i) << 3), load<u64>(pairs + ((<usize>i) << 4)));
  followOrder(pairs, size, pairs === scratch ? scratch + ((<usize>size) << 4) : scratch, indices, indexCount);
}

/** Sorts pairs of 16 bytes by the first eight, equal ones staying in order; as many again are behind. @returns where they are */
function sortPairs(pairs: usize, size: i32): usize {
  const length = (<usize>size) << 4;
  let from = pairs;
  let to = pairs + length;
  for (let shift: u64 = 0; shift < 64; shift += DIGIT_BITS) {
    memory.fill(COUNTS, 0, 8192);
    for (let at = from; at < from + length; at += 16) {
      const count = COUNTS + ((<usize>((load<u64>(at) >> shift) & DIGIT_MASK)) << 2);
      store<u32>(count, load<u32>(count) + 1);
    }
    const first = COUNTS + ((<usize>((load<u64>(from) >> shift) & DIGIT_MASK)) << 2);
    if (load<u32>(first) === <u32>size) continue;
    let sum: u32 = 0;
    for (let digit: usize = 0; digit < 8192; digit += 4) {
      const count = load<u32>(COUNTS + digit);
      store<u32>(COUNTS + digit, sum);
      sum += count;
    }
    for (let at = from; at < from + length; at += 16) {
      const key = load<u64>(at);
      const place = COUNTS + ((<usize>((key >> shift) & DIGIT_MASK)) << 2);
      const target = to + ((<usize>load<u32>(place)) << 4);
      store<u32>(place, load<u32>(place) + 1);
      store<u64>(target, key);
      store<u64>(target, load<u64>(at, 8), 8);
    }
    const other = from;
    from = to;
    to = other;
  }
  return from;
}

function followOrder(pairs: usize, size: i32, ranks: usize, indices: usize, indexCount: i32): void {
  for (let i: i32 = 0; i < size; i++) {
    store<i32>(ranks + ((<usize>load<u32>(pairs + ((<usize>i) << 4), 8)) << 2), i);
  }
  for (let i: i32 = 0; i < indexCount; i++) {
    const at = indices + ((<usize>i) << 2);
    store<i32>(at, load<i32>(ranks + ((<usize>load<u32>(at)) << 2)));
  }
}

// The RLE / bit-packing hybrid, in groups of eight values from the first: groups of one value that follow each other are
// a run where that is shorter, all others are packed.

function varint(value: u64, out: usize): usize {
  let rest = value;
  let to = out;
  for (; rest >= 0x80; to++) {
    store<u8>(to, <u8>rest | 0x80);
    rest >>= 7;
  }
  store<u8>(to, <u8>rest);
  return to + 1;
}

/** Groups [from, to) of eight values, packed from the lowest bit up; what is beyond `count` is 0. */
function pack(values: usize, from: i32, to: i32, count: i32, bitWidth: i32, out: usize): usize {
  let at = varint(((<u64>(to - from)) << 1) | 1, out);
  let held: u64 = 0;
  let bits: u64 = 0;
  const end = to * 8;
  for (let i: i32 = from * 8; i < end; i++) {
    const value: u64 = i < count ? load<u32>(values + ((<usize>i) << 2)) : 0;
    held |= value << bits;
    bits += bitWidth;
    store<u64>(at, held);
    at += <usize>(bits >> 3);
    held >>= bits & ~7;
    bits &= 7;
  }
  return at;
}

function run(value: u32, count: i32, bitWidth: i32, out: usize): usize {
  let at = varint((<u64>count) << 1, out);
  for (let bits: i32 = 0; bits < bitWidth; bits += 8) store<u8>(at++, <u8>(value >> bits));
  return at;
}

/** In bytes: a run, its header, and the header of what is packed after it, roughly. */
function runBytes(bitWidth: i32): i32 {
  return ((bitWidth + 7) >> 3) + 4;
}

/**
 * @param values count numbers of four bytes, each below 2^bitWidth
 * @param bitWidth 0 to 31
 */
export function encodeHybrid(values: usize, count: i32, bitWidth: i32, out: usize): usize {
  const groups = (count + 7) >> 3;
  const whole = count >> 3;
  let packedFrom: i32 = 0;
  let at = out;
  let group: i32 = 0;
  while (group < groups) {
    const value = load<u32>(values + ((<usize>group) << 5));
    let end = group;
    while (end < whole && isUniform(values + ((<usize>end) << 5), value)) end += 1;
    if (end === whole && isRest(values, whole * 8, count, value)) end = groups;
    if (end === group) {
      group += 1;
      continue;
    }
    if (bitWidth === 0 || (end - group) * bitWidth > runBytes(bitWidth)) {
      if (group > packedFrom) at = pack(values, packedFrom, group, count, bitWidth, at);
      at = run(value, min(end * 8, count) - group * 8, bitWidth, at);
      packedFrom = end;
    }
    group = end;
  }
  return groups > packedFrom ? pack(values, packedFrom, groups, count, bitWidth, at) : at;
}

function isUniform(at: usize, value: u32): bool {
  const pair = ((<u64>value) << 32) | value;
  return (
    ((load<u64>(at) ^ pair) | (load<u64>(at, 8) ^ pair) | (load<u64>(at, 16) ^ pair) | (load<u64>(at, 24) ^ pair)) === 0
  );
}

/** Whether the values after the last whole group, of which there is one at least, are all this one. */
function isRest(values: usize, from: i32, to: i32, value: u32): bool {
  for (let i = from; i < to; i++) if (load<u32>(values + ((<usize>i) << 2)) !== value) return false;
  return from < to;
}

/** Definition levels of rows [from, to) as a hybrid of one bit: 1 where a row has a value. */
export function encodeLevels(nulls: usize, from: i32, to: i32, out: usize): usize {
  if (nulls === 0) return run(1, to - from, 1, out);
  const count = to - from;
  const groups = (count + 7) >> 3;
  let at = out;
  let packedFrom: i32 = 0;
  let group: i32 = 0;
  while (group < groups) {
    const level = levelsOf(nulls + from, group, count);
    if (level !== 0 && level !== 0xff) {
      group += 1;
      continue;
    }
    let end = group + 1;
    while (end < groups && levelsOf(nulls + from, end, count) === level) end += 1;
    if (end - group > runBytes(1)) {
      if (group > packedFrom) at = packLevels(nulls + from, packedFrom, group, count, at);
      at = run(level & 1, min(end * 8, count) - group * 8, 1, at);
      packedFrom = end;
    }
    group = end;
  }
  return groups > packedFrom ? packLevels(nulls + from, packedFrom, groups, count, at) : at;
}

function packLevels(nulls: usize, from: i32, to: i32, count: i32, out: usize): usize {
  let at = varint(((<u64>(to - from)) << 1) | 1, out);
  for (let group = from; group < to; group++) store<u8>(at++, <u8>levelsOf(nulls, group, count));
  return at;
}

/** Eight levels as bits, the first one lowest. */
function levelsOf(nulls: usize, group: i32, count: i32): u32 {
  const first = group * 8;
  if (first + 8 <= count) {
    // Byte i, 0 or 1, goes to bit 56 + i; no two meet on the way.
    return <u32>((load<u64>(nulls + first) * 0x0102040810204080) >> 56) ^ 0xff;
  }
  let levels: u32 = 0;
  for (let i = first; i < count; i++) levels |= (<u32>load<u8>(nulls + i) ^ 1) << (i - first);
  return levels;
}

// PLAIN.

/** Each with its length before it, in four bytes. */
export function plainTexts(
  bytes: usize,
  offsets: usize,
  entries: usize,
  nulls: usize,
  from: i32,
  to: i32,
  out: usize,
): usize {
  let at = out;
  for (let row = from; row < to; row++) {
    if (isNull(nulls, row)) continue;
    const entry = entryOf(entries, row);
    const start = startOf(offsets, entry);
    const length = endOf(offsets, entry) - start;
    store<u32>(at, <u32>length);
    copy(bytes + start, length, at + 4);
    at += 4 + length;
  }
  return at;
}

/** Numbers as they are, of four or eight bytes. */
export function plainNumbers(values: usize, width: i32, nulls: usize, from: i32, to: i32, out: usize): usize {
  const shift: usize = width === 8 ? 3 : 2;
  if (nulls === 0) {
    const length = (<usize>(to - from)) << shift;
    memory.copy(out, values + ((<usize>from) << shift), length);
    return out + length;
  }
  let at = out;
  for (let row = from; row < to; row++) {
    if (isNull(nulls, row)) continue;
    if (width === 8) store<u64>(at, load<u64>(values + ((<usize>row) << 3)));
    else store<u32>(at, load<u32>(values + ((<usize>row) << 2)));
    at += <usize>width;
  }
  return at;
}

/** Numbers of four bytes, kept in eight. */
export function plainNarrowed(values: usize, count: i32, out: usize): usize {
  for (let i: i32 = 0; i < count; i++) store<u32>(out + ((<usize>i) << 2), load<u32>(values + ((<usize>i) << 3)));
  return out + ((<usize>count) << 2);
}

/** Booleans of one byte as bits, from the lowest up. */
export function plainBits(values: usize, nulls: usize, from: i32, to: i32, out: usize): usize {
  let at = out;
  let held: u32 = 0;
  let bits: u32 = 0;
  for (let row = from; row < to; row++) {
    if (isNull(nulls, row)) continue;
    held |= (<u32>load<u8>(values + row)) << bits;
    bits += 1;
    if (bits === 8) {
      store<u8>(at++, <u8>held);
      held = 0;
      bits = 0;
    }
  }
  if (bits > 0) store<u8>(at++, <u8>held);
  return at;
}

// DELTA_BINARY_PACKED, from whole numbers of eight bytes: blocks of 128 deltas in four miniblocks.

const BLOCK: i32 = 128;
const MINIBLOCK: i32 = 32;

/** The values that are not null as whole numbers of eight bytes. @returns how many they are */
export function widenInt32(values: usize, nulls: usize, rows: i32, out: usize): i32 {
  let count: i32 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    store<i64>(out + ((<usize>count) << 3), load<i32>(values + ((<usize>row) << 2)));
    count += 1;
  }
  return count;
}

/** As widenInt32, of whole numbers within ±2^53 in doubles. */
export function widenDoubles(values: usize, nulls: usize, rows: i32, out: usize): i32 {
  let count: i32 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    store<i64>(out + ((<usize>count) << 3), <i64>load<f64>(values + ((<usize>row) << 3)));
    count += 1;
  }
  return count;
}

/** As widenInt32, of the lengths of the texts of rows [from, to). */
export function widenLengths(offsets: usize, entries: usize, nulls: usize, from: i32, to: i32, out: usize): i32 {
  let count: i32 = 0;
  for (let row = from; row < to; row++) {
    if (isNull(nulls, row)) continue;
    const entry = entryOf(entries, row);
    store<i64>(out + ((<usize>count) << 3), <i64>(endOf(offsets, entry) - startOf(offsets, entry)));
    count += 1;
  }
  return count;
}

function zigzag(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63));
}

function deltaAt(values: usize, i: i32, isInt32: bool): i64 {
  const delta = load<i64>(values + ((<usize>i) << 3)) - load<i64>(values + ((<usize>i) << 3) - 8);
  return isInt32 ? <i64>(<i32>delta) : delta;
}

/**
 * @param values count whole numbers of eight bytes, within ±2^53
 * @param isInt32 for a column of INT32, whose differences wrap around at 32 bits
 */
export function encodeDelta(values: usize, count: i32, isInt32: bool, out: usize): usize {
  let at = varint(BLOCK, out);
  at = varint(BLOCK / MINIBLOCK, at);
  at = varint(count, at);
  at = varint(count === 0 ? 0 : zigzag(load<i64>(values)), at);
  for (let from: i32 = 1; from < count; from += BLOCK) {
    const to = min(from + BLOCK, count);
    let least = i64.MAX_VALUE;
    for (let i = from; i < to; i++) least = min(least, deltaAt(values, i, isInt32));
    at = varint(zigzag(least), at);
    const widths = at;
    store<u32>(widths, 0);
    at += BLOCK / MINIBLOCK;
    for (let first = from; first < to; first += MINIBLOCK) {
      const last = min(first + MINIBLOCK, to);
      let all: u64 = 0;
      for (let i = first; i < last; i++) all |= <u64>(deltaAt(values, i, isInt32) - least);
      const bitWidth = 64 - clz(all);
      store<u8>(widths + (first - from) / MINIBLOCK, <u8>bitWidth);
      let held: u64 = 0;
      let bits: u64 = 0;
      for (let i = first; i < first + MINIBLOCK; i++) {
        if (i < last) held |= (<u64>(deltaAt(values, i, isInt32) - least)) << bits;
        bits += bitWidth;
        store<u64>(at, held);
        at += <usize>(bits >> 3);
        held >>= bits & ~7;
        bits &= 7;
      }
    }
  }
  return at;
}

/** The bytes of the texts of rows [from, to), end to end: DELTA_LENGTH_BYTE_ARRAY after its lengths. */
export function joinTexts(
  bytes: usize,
  offsets: usize,
  entries: usize,
  nulls: usize,
  from: i32,
  to: i32,
  out: usize,
): usize {
  let at = out;
  for (let row = from; row < to; row++) {
    if (isNull(nulls, row)) continue;
    const entry = entryOf(entries, row);
    const start = startOf(offsets, entry);
    const length = endOf(offsets, entry) - start;
    copy(bytes + start, length, at);
    at += length;
  }
  return at;
}

/** How many bytes the texts of rows [from, to) have, as far as they reach bytesMax with their last. The row after is at `end`. */
export function measureTexts(
  offsets: usize,
  entries: usize,
  nulls: usize,
  from: i32,
  to: i32,
  bytesMax: f64,
  end: usize,
): f64 {
  let bytes: f64 = 0;
  let row = from;
  while (row < to && bytes < bytesMax) {
    if (!isNull(nulls, row)) {
      const entry = entryOf(entries, row);
      bytes += <f64>(endOf(offsets, entry) - startOf(offsets, entry));
    }
    row += 1;
  }
  store<i32>(end, row);
  return bytes;
}

// The smallest and the largest value.

/** Two doubles to `out`; what is no number is neither. @returns whether there are any */
export function rangeOfDoubles(values: usize, nulls: usize, rows: i32, out: usize): bool {
  let smallest: f64 = Infinity;
  let largest: f64 = -Infinity;
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    const value = load<f64>(values + ((<usize>row) << 3));
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  store<f64>(out, smallest);
  store<f64>(out, largest, 8);
  return smallest <= largest;
}

/** As rangeOfDoubles, of numbers of `width` 1, 4 or, of which the first four count, 8 bytes; two doubles to `out` too. */
export function rangeOfIntegers(values: usize, width: i32, nulls: usize, rows: i32, out: usize): bool {
  let smallest = i32.MAX_VALUE;
  let largest = i32.MIN_VALUE;
  let at = values;
  let any = false;
  for (let row: i32 = 0; row < rows; row++, at += <usize>width) {
    if (isNull(nulls, row)) continue;
    const value = width === 1 ? <i32>load<u8>(at) : load<i32>(at);
    smallest = min(smallest, value);
    largest = max(largest, value);
    any = true;
  }
  store<f64>(out, smallest);
  store<f64>(out, largest, 8);
  return any;
}

/** Its first eight bytes as a number that orders as they do. */
function headOf(at: usize, length: i32): u64 {
  if (length >= 8) return bswap(load<u64>(at));
  let head: u64 = 0;
  for (let i: i32 = 0; i < length; i++) head |= (<u64>load<u8>(at + i)) << (56 - i * 8);
  return head;
}

function isLess(a: usize, aLength: i32, b: usize, bLength: i32): bool {
  const common = min(aLength, bLength);
  for (let i: i32 = 0; i < common; i++) {
    const left = load<u8>(a + i);
    const right = load<u8>(b + i);
    if (left !== right) return left < right;
  }
  return aLength < bLength;
}

/** The entries of the smallest and of the largest text, by unsigned bytes, as two numbers of four bytes. */
export function rangeOfTexts(bytes: usize, offsets: usize, entries: usize, nulls: usize, rows: i32, out: usize): bool {
  let smallest: i32 = -1;
  let largest: i32 = -1;
  let smallestHead: u64 = 0;
  let largestHead: u64 = 0;
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    const entry = entryOf(entries, row);
    const start = bytes + startOf(offsets, entry);
    const length = <i32>(bytes + endOf(offsets, entry) - start);
    const head = headOf(start, length);
    if (smallest < 0 || (head <= smallestHead && (head < smallestHead || isBelow(bytes, offsets, entry, smallest)))) {
      smallest = entry;
      smallestHead = head;
    }
    if (largest < 0 || (head >= largestHead && (head > largestHead || isBelow(bytes, offsets, largest, entry)))) {
      largest = entry;
      largestHead = head;
    }
  }
  store<i32>(out, smallest);
  store<i32>(out, largest, 4);
  return smallest >= 0;
}

function isBelow(bytes: usize, offsets: usize, a: i32, b: i32): bool {
  const aStart = startOf(offsets, a);
  const bStart = startOf(offsets, b);
  return isLess(bytes + aStart, <i32>(endOf(offsets, a) - aStart), bytes + bStart, <i32>(endOf(offsets, b) - bStart));
}

/**
 * Sets the bits of each text in a split block Bloom filter. Source: Parquet format, BloomFilter.md.
 * @param blocks so many blocks of 32 bytes, all 0 or filled before
 */
export function fillBloomFilter(
  bytes: usize,
  offsets: usize,
  entries: usize,
  nulls: usize,
  rows: i32,
  blocks: usize,
  blockCount: i32,
): void {
  for (let row: i32 = 0; row < rows; row++) {
    if (isNull(nulls, row)) continue;
    const entry = entryOf(entries, row);
    const start = bytes + startOf(offsets, entry);
    const hash = xxHash64(start, <i32>(bytes + endOf(offsets, entry) - start));
    const block = blocks + ((<usize>(((hash >> 32) * <u64>blockCount) >> 32)) << 5);
    const key = <u32>hash;
    setBit(block, key * 0x47b6137b);
    setBit(block + 4, key * 0x44974d91);
    setBit(block + 8, key * 0x8824ad5b);
    setBit(block + 12, key * 0xa2b7289d);
    setBit(block + 16, key * 0x705495c7);
    setBit(block + 20, key * 0x2df1424b);
    setBit(block + 24, key * 0x9efc4947);
    setBit(block + 28, key * 0x5c6bfb31);
  }
}

function setBit(word: usize, salted: u32): void {
  store<u32>(word, load<u32>(word) | (1 << (salted >> 27)));
}
