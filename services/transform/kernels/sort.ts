/**
 * Sorting of 128-bit prints, and what is done with groups of equal ones. A print is sorted as an entry of 20 bytes: its
 * number (a row's, mostly), then its low and its high half as numbers whose order is that of the print's bytes. Entries
 * are put apart by the first bits of their prints (`scatterPrints`), then each part is sorted in place (`sortPrints`):
 * no two entries are equal, since their numbers differ, so that equal prints come out in the order of their numbers.
 */
const ENTRY: usize = 20;
const PRINT: usize = 16;

/** Where in an entry its parts are. Any digit of one of them lies in the eight bytes from there. */
const NUMBER: usize = 0;
const LOW: usize = 4;
const HIGH: usize = 12;

/** Parts of up to so many bytes are sorted by insertion. */
const SMALL: usize = 24 * ENTRY;
/** Bytes of work for one level of `sortPrints`: two addresses for each digit. */
const LEVEL: usize = 2048;

/** ROW_FLAGS and VERDICT of src/core/index/row-index.ts. */
const SUFFIXED: u32 = 1;
const ACCEPTED: u32 = 1;
const ID_CONFLICT: u32 = 2;
const ORDINAL: u32 = 8;
const COPY: u32 = 16;

/** The first ten bits. */
function prefixOf(print: usize): usize {
  return ((<usize>load<u8>(print)) << 2) | <usize>(load<u8>(print, 1) >>> 6);
}

/** Adds to `counts` (1024 of 32 bits) how many prints have each prefix. */
export function countPrefixes(prints: usize, count: i32, counts: usize): void {
  const end = prints + <usize>count * PRINT;
  for (let print = prints; print < end; print += PRINT) {
    const at = counts + (prefixOf(print) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/**
 * Appends entries to the parts where `cursors` (an address for each prefix) point, and moves these. An entry is made of
 * a row that has all of `flagsWanted`, and of the verdict's bits under `verdictMask` just `verdictWanted`.
 * @param flags two bytes a row
 * @param verdicts a byte a row
 * @param number what the first row's entry is numbered
 * @param isDense entries are numbered one after the other, and not by their rows
 * @returns the number that comes next
 */
export function scatterPrints(
  prints: usize,
  count: i32,
  flags: usize,
  flagsWanted: u32,
  verdicts: usize,
  verdictMask: u32,
  verdictWanted: u32,
  number: u32,
  isDense: u32,
  cursors: usize,
): u32 {
  const step = isDense ^ 1;
  let next = number;
  for (let i: usize = 0; i < <usize>count; i++) {
    const isWanted =
      <u32>((<u32>load<u16>(flags + (i << 1)) & flagsWanted) === flagsWanted) &
      <u32>((<u32>load<u8>(verdicts + i) & verdictMask) === verdictWanted);
    if (isWanted) {
      const print = prints + i * PRINT;
      const cursor = cursors + (prefixOf(print) << 2);
      const entry = <usize>load<u32>(cursor);
      store<u32>(entry, next, NUMBER);
      store<u64>(entry, bswap(load<u64>(print, 8)), LOW);
      store<u64>(entry, bswap(load<u64>(print)), HIGH);
      store<u32>(cursor, <u32>(entry + ENTRY));
    }
    next += isWanted | step;
  }
  return next;
}

/** Sorts entries by print, then by number. Takes up to 20 levels of `work`, and time in proportion, whatever they are. */
export function sortPrints(start: usize, end: usize, work: usize): void {
  if (end - start <= SMALL) {
    sortBySteps(start, end);
    return;
  }
  // The digit is the first eight bits that tell the entries apart, so that each level parts them.
  let high: u64 = 0;
  let low: u64 = 0;
  let number: u32 = 0;
  const high0 = load<u64>(start, HIGH);
  const low0 = load<u64>(start, LOW);
  const number0 = load<u32>(start, NUMBER);
  for (let entry = start; entry < end; entry += ENTRY) {
    high |= load<u64>(entry, HIGH) ^ high0;
    low |= load<u64>(entry, LOW) ^ low0;
    number |= load<u32>(entry, NUMBER) ^ number0;
  }
  const field = high !== 0 ? HIGH : low !== 0 ? LOW : NUMBER;
  const difference = high !== 0 ? high : low !== 0 ? low : <u64>number;
  const shift = <u64>max<i32>(0, 56 - <i32>clz(difference));

  memory.fill(work, 0, LEVEL);
  for (let entry = start; entry < end; entry += ENTRY) {
    const at = work + digitOf(entry, field, shift);
    store<u32>(at, load<u32>(at) + <u32>ENTRY);
  }
  // The next free address of each digit, and beside it the end of its entries.
  let at = <u32>start;
  for (let slot = work; slot < work + LEVEL; slot += 8) {
    const bytes = load<u32>(slot);
    store<u32>(slot, at);
    at += bytes;
    store<u32>(slot, at, 4);
  }
  for (let slot = work; slot < work + LEVEL; slot += 8) {
    const digit = slot - work;
    const partEnd = <usize>load<u32>(slot, 4);
    for (let entry = <usize>load<u32>(slot); entry < partEnd; entry += ENTRY) {
      let other = digitOf(entry, field, shift);
      if (other === digit) continue;
      let heldNumber = load<u32>(entry, NUMBER);
      let heldLow = load<u64>(entry, LOW);
      let heldHigh = load<u64>(entry, HIGH);
      do {
        const target = <usize>load<u32>(work + other);
        store<u32>(work + other, <u32>(target + ENTRY));
        other = digitOf(target, field, shift);
        const nextNumber = load<u32>(target, NUMBER);
        const nextLow = load<u64>(target, LOW);
        const nextHigh = load<u64>(target, HIGH);
        store<u32>(target, heldNumber, NUMBER);
        store<u64>(target, heldLow, LOW);
        store<u64>(target, heldHigh, HIGH);
        heldNumber = nextNumber;
        heldLow = nextLow;
        heldHigh = nextHigh;
      } while (other !== digit);
      store<u32>(entry, heldNumber, NUMBER);
      store<u64>(entry, heldLow, LOW);
      store<u64>(entry, heldHigh, HIGH);
    }
  }
  let partStart = start;
  for (let slot = work; slot < work + LEVEL; slot += 8) {
    const partEnd = <usize>load<u32>(slot, 4);
    if (partEnd - partStart > ENTRY) sortPrints(partStart, partEnd, work + LEVEL);
    partStart = partEnd;
  }
}

/** A digit as the distance of its slot. */
function digitOf(entry: usize, field: usize, shift: u64): usize {
  return (<usize>(load<u64>(entry + field) >>> shift) & 255) << 3;
}

/** By insertion. */
function sortBySteps(start: usize, end: usize): void {
  for (let entry = start + ENTRY; entry < end; entry += ENTRY) {
    const number = load<u32>(entry, NUMBER);
    const low = load<u64>(entry, LOW);
    const high = load<u64>(entry, HIGH);
    let hole = entry;
    while (hole > start) {
      const before = hole - ENTRY;
      const highBefore = load<u64>(before, HIGH);
      if (highBefore < high) break;
      const lowBefore = load<u64>(before, LOW);
      const numberBefore = load<u32>(before, NUMBER);
      if (highBefore === high && (lowBefore < low || (lowBefore === low && numberBefore < number))) break;
      store<u32>(hole, numberBefore, NUMBER);
      store<u64>(hole, lowBefore, LOW);
      store<u64>(hole, highBefore, HIGH);
      hole = before;
    }
    store<u32>(hole, number, NUMBER);
    store<u64>(hole, low, LOW);
    store<u64>(hole, high, HIGH);
  }
}

/** The end of the sorted entries from `start` on that have its print. */
function groupEnd(start: usize, end: usize): usize {
  const high = load<u64>(start, HIGH);
  const low = load<u64>(start, LOW);
  let entry = start + ENTRY;
  while (entry < end && load<u64>(entry, HIGH) === high && load<u64>(entry, LOW) === low) entry += ENTRY;
  return entry;
}

/** Groups of one visit: rows with a suffix are copies of the first without, or else of the first. */
export function markCopies(start: usize, end: usize, flags: usize, kept: usize, verdicts: usize): void {
  for (let group = start, next = start; group < end; group = next) {
    next = groupEnd(group, end);
    if (next - group === ENTRY) continue;
    let head = <usize>load<u32>(group, NUMBER);
    for (let entry = group; entry < next; entry += ENTRY) {
      const row = <usize>load<u32>(entry, NUMBER);
      if ((<u32>load<u16>(flags + (row << 1)) & SUFFIXED) === 0) {
        head = row;
        break;
      }
    }
    for (let entry = group; entry < next; entry += ENTRY) {
      const row = <usize>load<u32>(entry, NUMBER);
      if (row === head || (<u32>load<u16>(flags + (row << 1)) & SUFFIXED) === 0) continue;
      store<u32>(kept + (row << 2), <u32>head);
      store<u8>(verdicts + row, COPY);
    }
  }
}

/** Groups of equal rows: all repeat the first. */
export function markRepeats(start: usize, end: usize, kept: usize): void {
  for (let group = start, next = start; group < end; group = next) {
    next = groupEnd(group, end);
    const first = load<u32>(group, NUMBER);
    for (let entry = group + ENTRY; entry < next; entry += ENTRY) {
      store<u32>(kept + ((<usize>load<u32>(entry, NUMBER)) << 2), first);
    }
  }
}

/** Numbers from 0 on. */
export function countUp(numbers: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) store<u32>(numbers + ((<usize>i) << 2), i);
}

/** A copy of a row that repeats another is a copy of that other; what repeats nothing is accepted. */
export function settleRows(kept: usize, verdicts: usize, count: u32): void {
  for (let row: u32 = 0; row < count; row++) {
    const at = kept + ((<usize>row) << 2);
    const first = load<u32>(at);
    if (first === row) store<u8>(verdicts + row, ACCEPTED);
    else if (load<u8>(verdicts + row) === COPY) store<u32>(at, load<u32>(kept + ((<usize>first) << 2)));
  }
}

/** Whether any two of the sorted entries have the same print. */
export function hasEqualPrints(start: usize, end: usize): bool {
  for (let group = start, next = start; group < end; group = next) {
    next = groupEnd(group, end);
    if (next - group > ENTRY) return true;
  }
  return false;
}

/** Groups of accepted rows with one id. */
export function markConflicts(start: usize, end: usize, verdicts: usize): void {
  for (let group = start, next = start; group < end; group = next) {
    next = groupEnd(group, end);
    if (next - group > ENTRY) setBit(group, next, verdicts, ID_CONFLICT);
  }
}

/**
 * Groups of accepted rows with one uid print, *siblings*: names each group in `groups` (a number a row) by its first.
 * @returns how many rows have siblings
 */
export function markSiblings(start: usize, end: usize, groups: usize, verdicts: usize): u32 {
  let siblings: u32 = 0;
  for (let group = start, next = start; group < end; group = next) {
    next = groupEnd(group, end);
    if (next - group === ENTRY) continue;
    const first = load<u32>(group, NUMBER);
    for (let entry = group; entry < next; entry += ENTRY) {
      store<u32>(groups + ((<usize>load<u32>(entry, NUMBER)) << 2), first);
      siblings++;
    }
    setBit(group, next, verdicts, ORDINAL);
  }
  return siblings;
}

function setBit(group: usize, next: usize, verdicts: usize, bit: u32): void {
  for (let entry = group; entry < next; entry += ENTRY) {
    const at = verdicts + <usize>load<u32>(entry, NUMBER);
    store<u8>(at, <u32>load<u8>(at) | bit);
  }
}

/**
 * Siblings in file order: the row of each, and the key that it will be sorted by, laid out as a print: its group, and
 * room for two ranks. Groups are multiplied (an odd factor: no two become one), so that their first bits differ.
 */
export function listSiblings(groups: usize, verdicts: usize, count: u32, rows: usize, keys: usize): void {
  let key = keys;
  let at = rows;
  for (let row: u32 = 0; row < count; row++) {
    if ((<u32>load<u8>(verdicts + row) & ORDINAL) === 0) continue;
    store<u32>(at, row);
    store<u32>(key, bswap<u32>(load<u32>(groups + ((<usize>row) << 2)) * 0x9e3779b1));
    store<u32>(key, 0, 4);
    store<u64>(key, 0, 8);
    at += 4;
    key += PRINT;
  }
}

/** Writes the rank of each entry's print into its key, `place` bytes in. @returns the rank that comes next */
export function rankSiblings(start: usize, end: usize, rank: u32, keys: usize, place: usize): u32 {
  let next = rank;
  for (let entry = start; entry < end; ) {
    const last = groupEnd(entry, end);
    for (; entry < last; entry += ENTRY) {
      store<u32>(keys + <usize>load<u32>(entry, NUMBER) * PRINT + place, bswap<u32>(next));
    }
    next++;
  }
  return next;
}

/** Sorted siblings: writes the ordinal of each over its key. */
export function orderSiblings(start: usize, end: usize, keys: usize): void {
  let group: u32 = 0;
  let ordinal: u32 = 0;
  for (let entry = start; entry < end; entry += ENTRY) {
    const current = <u32>(load<u64>(entry, HIGH) >>> 32);
    ordinal = entry > start && current === group ? ordinal + 1 : 0;
    group = current;
    store<u32>(keys + <usize>load<u32>(entry, NUMBER) * PRINT, ordinal);
  }
}

/**
 * Keeps the siblings with an ordinal above 0: their rows, and at `keys` their ordinals alone. The others' bits are taken
 * back.
 * @returns how many they are
 */
export function keepOrdinals(rows: usize, keys: usize, count: u32, verdicts: usize): u32 {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const ordinal = load<u32>(keys + <usize>i * PRINT);
    if (ordinal === 0) {
      const at = verdicts + row;
      store<u8>(at, <u32>load<u8>(at) & ~ORDINAL);
      continue;
    }
    store<u32>(rows + ((<usize>kept) << 2), row);
    store<u32>(keys + ((<usize>kept) << 2), ordinal);
    kept++;
  }
  return kept;
}
