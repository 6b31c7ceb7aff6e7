/**
 * Numbers for distinct cells of a column: a table with open addressing, at most half full, over the cells' bytes as
 * uploaded. What a cell means is then worked out once for each number (src/core/lexicon.ts).
 */
const ESCAPED: u32 = 0x80000000;
/** A longer cell has no number. */
const CELL_BYTES_MAX: u32 = 64;
/** Bytes of an entry: address, length, hash, 32 bits each. */
const ENTRY_BYTES: usize = 12;

function hashOf(start: usize, length: u32): u32 {
  let hash: u64 = <u64>length * 0x9e3779b97f4a7c15;
  let p = start;
  let rest = length;
  // Up to seven bytes behind the cell are read, and masked away.
  while (rest > 8) {
    hash = (hash ^ load<u64>(p)) * 0x9fb21c651e98df25;
    hash ^= hash >>> 29;
    p += 8;
    rest -= 8;
  }
  if (rest > 0) {
    const last = load<u64>(p) & (<u64>-1 >>> (64 - (rest << 3)));
    hash = (hash ^ last) * 0x9fb21c651e98df25;
  }
  hash ^= hash >>> 32;
  hash *= 0x9e3779b97f4a7c15;
  return <u32>(hash >>> 32);
}

function isEqual(a: usize, b: usize, length: u32): bool {
  let rest = length;
  while (rest >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    rest -= 8;
  }
  if (rest == 0) return true;
  return ((load<u64>(a) ^ load<u64>(b)) & (<u64>-1 >>> (64 - (rest << 3)))) == 0;
}

/**
 * Writes the number of each cell to `codes`, −1 for one that is escaped or too long, or new where no number is left.
 * @param slots `mask` + 1 words, each a number plus one, or 0
 * @param entries by number; the bytes of a new one are copied to `bytes`, which has room for the batch's cells
 * @param state size, bytes used, cells without a number: three words; the last is counted anew
 */
export function intern(
  fields: usize,
  stride: u32,
  n: u32,
  codes: usize,
  slots: usize,
  mask: u32,
  entries: usize,
  sizeMax: u32,
  bytes: usize,
  state: usize,
): void {
  let size = load<u32>(state);
  let used = load<u32>(state, 4);
  let without: u32 = 0;
  // Many columns hold the same cell row after row.
  let lastStart: usize = 0;
  let lastLength: u32 = CELL_BYTES_MAX + 1;
  let lastCode: i32 = -1;
  for (let row: u32 = 0; row < n; row++, fields += stride, codes += 4) {
    const start: usize = load<u32>(fields);
    const length = load<u32>(fields, 4);
    if (length > CELL_BYTES_MAX) {
      store<i32>(codes, -1);
      without++;
      continue;
    }
    if (length == lastLength && isEqual(lastStart, start, length)) {
      store<i32>(codes, lastCode);
      continue;
    }
    const hash = hashOf(start, length);
    let slot = hash & mask;
    let code: i32 = -1;
    while (true) {
      const found = load<u32>(slots + ((<usize>slot) << 2));
      if (found == 0) break;
      const entry = entries + (found - 1) * ENTRY_BYTES;
      if (load<u32>(entry, 8) == hash && load<u32>(entry, 4) == length && isEqual(load<u32>(entry), start, length)) {
        code = <i32>found - 1;
        break;
      }
      slot = (slot + 1) & mask;
    }
    if (code < 0 && size < sizeMax) {
      code = <i32>size;
      size++;
      const copy = bytes + used;
      memory.copy(copy, start, length);
      used += length;
      const entry = entries + code * ENTRY_BYTES;
      store<u32>(entry, <u32>copy);
      store<u32>(entry, length, 4);
      store<u32>(entry, hash, 8);
      store<u32>(slots + ((<usize>slot) << 2), size);
    }
    if (code < 0) {
      without++;
    } else {
      lastStart = start;
      lastLength = length;
      lastCode = code;
    }
    store<i32>(codes, code);
  }
  store<u32>(state, size);
  store<u32>(state, used, 4);
  store<u32>(state, without, 8);
}

/** Marks rows whose cell's number is marked in `isOdd`, and counts each number; −1 is passed over. */
export function markAndCount(codes: usize, n: u32, isOdd: usize, odd: usize, counts: usize): void {
  for (let row: u32 = 0; row < n; row++) {
    const code = load<i32>(codes + (row << 2));
    if (code < 0) continue;
    if (load<u8>(isOdd + code)) store<u8>(odd + row, 1);
    const count = counts + ((<usize>code) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
}
