/**
 * From the columns of a batch to those of the table: rows that are kept are picked out and appended, values that follow
 * from others worked out, groups counted. `rows` is a list of row numbers, `n` long. Appending counts nulls.
 */
import {
  AGE,
  CODES,
  DERIVED,
  ETHNICITY,
  GENDER,
  HAS_PERCENTAGE,
  HAS_TIP,
  HAS_TOTAL,
  LOG_TOTAL,
  laneAt,
  PERCENTAGE,
  RATING,
  TEXT,
  TIP,
  TOTAL,
} from './vectors';

/** Lists the rows whose flags have the bit. @returns how many */
export function pickRows(flags: usize, n: u32, bit: u32, rows: usize): u32 {
  let count: u32 = 0;
  for (let row: u32 = 0; row < n; row++) {
    store<u32>(rows + ((<usize>count) << 2), row);
    count += (<u32>load<u8>(flags + row) & bit) != 0 ? 1 : 0;
  }
  return count;
}

/** Sum of the texts' lengths. */
export function textBytes(rows: usize, n: u32, lengths: usize): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    sum += <u32>max(0, load<i32>(lengths + ((<usize>row) << 2)));
  }
  return sum;
}

/** @param offsets the place behind the last offset written; @param used bytes of `bytes` in use @returns nulls */
export function appendTexts(
  rows: usize,
  n: u32,
  starts: usize,
  lengths: usize,
  bytes: usize,
  used: u32,
  offsets: usize,
  nulls: usize,
): u32 {
  let count: u32 = 0;
  let end = used;
  for (let i: u32 = 0; i < n; i++) {
    const at = (<usize>load<u32>(rows + ((<usize>i) << 2))) << 2;
    const length = load<i32>(lengths + at);
    if (length > 0) {
      memory.copy(bytes + end, load<u32>(starts + at), length);
      end += length;
    }
    const isNull = length < 0 ? 1 : 0;
    count += isNull;
    store<u8>(nulls + i, isNull);
    store<u32>(offsets + ((<usize>i) << 2), end);
  }
  return count;
}

/** 32 hexadecimal digits for each 16 bytes. */
export function appendHex(rows: usize, n: u32, prints: usize, bytes: usize, used: u32, offsets: usize): void {
  let out = bytes + used;
  for (let i: u32 = 0; i < n; i++) {
    const print = prints + ((<usize>load<u32>(rows + ((<usize>i) << 2))) << 4);
    for (let k: usize = 0; k < 16; k++) {
      const byte: u32 = load<u8>(print + k);
      const high = byte >> 4;
      const low = byte & 15;
      store<u8>(out, high + (high < 10 ? 0x30 : 0x57));
      store<u8>(out, low + (low < 10 ? 0x30 : 0x57), 1);
      out += 2;
    }
    store<u32>(offsets + ((<usize>i) << 2), used + (i + 1) * 32);
  }
}

/** The place of what is no text. */
const NOWHERE: i32 = i32.MIN_VALUE;

/** Copies the prints of the rows listed, one after the other. */
export function gatherPrints(rows: usize, n: u32, prints: usize, out: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const print = prints + ((<usize>load<u32>(rows + ((<usize>i) << 2))) << 4);
    store<u64>(out + ((<usize>i) << 4), load<u64>(print));
    store<u64>(out + ((<usize>i) << 4), load<u64>(print, 8), 8);
  }
}

/** @param map from a cell's number to the value's place in its dictionary, or NOWHERE @returns nulls */
export function appendCodes(rows: usize, n: u32, codes: usize, map: usize, out: usize, nulls: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const place = load<i32>(map + ((<usize>load<u32>(codes + ((<usize>row) << 2))) << 2));
    const isNull = place == NOWHERE ? 1 : 0;
    count += isNull;
    store<u8>(nulls + i, isNull);
    store<i32>(out + ((<usize>i) << 2), isNull ? 0 : place);
  }
  return count;
}

/** Whole numbers by the cell's number; NaN is null. @returns nulls */
export function appendIntegersByCode(rows: usize, n: u32, codes: usize, values: usize, out: usize, nulls: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const value = load<f64>(values + ((<usize>load<u32>(codes + ((<usize>row) << 2))) << 3));
    const isNull = value != value ? 1 : 0;
    count += isNull;
    store<u8>(nulls + i, isNull);
    store<i32>(out + ((<usize>i) << 2), isNull ? 0 : <i32>value);
  }
  return count;
}

/** Doubles by the cell's number; NaN is null. @returns nulls */
export function appendDoublesByCode(rows: usize, n: u32, codes: usize, values: usize, out: usize, nulls: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const value = load<f64>(values + ((<usize>load<u32>(codes + ((<usize>row) << 2))) << 3));
    const isNull = value != value ? 1 : 0;
    count += isNull;
    store<u8>(nulls + i, isNull);
    store<f64>(out + ((<usize>i) << 3), isNull ? 0 : value);
  }
  return count;
}

/** @returns nulls */
export function appendDoubles(rows: usize, n: u32, values: usize, present: usize, out: usize, nulls: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const isNull = load<u8>(present + row) ? 0 : 1;
    count += isNull;
    store<u8>(nulls + i, isNull);
    store<f64>(out + ((<usize>i) << 3), isNull ? 0 : load<f64>(values + ((<usize>row) << 3)));
  }
  return count;
}

/** Integers that are null where the text is. @returns nulls */
export function appendCounts(rows: usize, n: u32, counts: usize, lengths: usize, out: usize, nulls: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const at = (<usize>load<u32>(rows + ((<usize>i) << 2))) << 2;
    const isNull = load<i32>(lengths + at) < 0 ? 1 : 0;
    count += isNull;
    store<u8>(nulls + i, isNull);
    store<i32>(out + ((<usize>i) << 2), isNull ? 0 : load<i32>(counts + at));
  }
  return count;
}

/** Unsigned integers as doubles. */
export function appendUnsigned(rows: usize, n: u32, values: usize, out: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    store<f64>(out + ((<usize>i) << 3), <f64>load<u32>(values + ((<usize>row) << 2)));
  }
}

/** Whether the row's flags have the bit, as 0 or 1. @returns how many have */
export function appendBit(rows: usize, n: u32, flags: usize, bit: u32, out: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const isSet = <u32>load<u8>(flags + load<u32>(rows + ((<usize>i) << 2))) & bit ? 1 : 0;
    count += isSet;
    store<u8>(out + i, isSet);
  }
  return count;
}

/** Copies word `word` of each record to a lane. */
export function copyRecordWord(records: usize, recordBytes: u32, word: u32, n: u32, out: usize): void {
  let from = records + ((<usize>word) << 2);
  for (let row: u32 = 0; row < n; row++, from += recordBytes) store<u32>(out + ((<usize>row) << 2), load<u32>(from));
}

const TOTAL_FILLED: u32 = 1;
const PERCENTAGE_FILLED: u32 = 2;
const PERCENTAGE_CAPPED: u32 = 4;
const PERCENTAGE_MAX: f64 = 30;

function isFinite64(value: f64): bool {
  return value - value == 0;
}

/**
 * Total and percentage from one another, both with the uncapped percentage; the cap comes last. ln(1 + total).
 * @returns rows where anything was filled or capped; DERIVED says what
 */
export function derive(vectors: usize, rowsMax: u32, rows: usize, n: u32): u32 {
  const totals = laneAt(vectors, rowsMax, TOTAL);
  const tips = laneAt(vectors, rowsMax, TIP);
  const percentages = laneAt(vectors, rowsMax, PERCENTAGE);
  const logs = laneAt(vectors, rowsMax, LOG_TOTAL);
  const hasTotals = laneAt(vectors, rowsMax, HAS_TOTAL);
  const hasTips = laneAt(vectors, rowsMax, HAS_TIP);
  const hasPercentages = laneAt(vectors, rowsMax, HAS_PERCENTAGE);
  const derived = laneAt(vectors, rowsMax, DERIVED);
  let count: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const at = (<usize>row) << 3;
    let hasTotal = load<u8>(hasTotals + row);
    let hasPercentage = load<u8>(hasPercentages + row);
    let done: u32 = 0;
    if (load<u8>(hasTips + row)) {
      const tip = load<f64>(tips + at);
      if (!hasTotal) {
        const total = (tip / load<f64>(percentages + at)) * 100;
        if (hasPercentage && isFinite64(total)) {
          store<f64>(totals + at, total);
          store<u8>(hasTotals + row, 1);
          hasTotal = 1;
          done = TOTAL_FILLED;
        }
      } else if (!hasPercentage) {
        const percentage = (tip / load<f64>(totals + at)) * 100;
        if (isFinite64(percentage)) {
          store<f64>(percentages + at, percentage);
          store<u8>(hasPercentages + row, 1);
          hasPercentage = 1;
          done = PERCENTAGE_FILLED;
        }
      }
    }
    if (hasPercentage && load<f64>(percentages + at) > PERCENTAGE_MAX) {
      store<f64>(percentages + at, PERCENTAGE_MAX);
      done |= PERCENTAGE_CAPPED;
    }
    if (hasTotal) store<f64>(logs + at, Math.log1p(load<f64>(totals + at)));
    store<u8>(derived + row, <u8>done);
    count += done != 0 ? 1 : 0;
  }
  return count;
}

/** Counters of a combination of groups: the constants of src/core/group-tally.ts. */
const COUNTERS_BYTES: usize = 64;

/**
 * Counts rows by their groups of gender, ethnicity and age; of kept rows also what is missing and how they rate.
 * @param groups three addresses: bytes by cell number, the group's number below 16
 * @param ratings doubles by the rating cell's number, NaN where there is none
 * @param counters 4,096 combinations of eight doubles
 */
export function tally(
  vectors: usize,
  rowsMax: u32,
  rows: usize,
  n: u32,
  isKept: bool,
  groups: usize,
  ratings: usize,
  counters: usize,
): void {
  const lane = <usize>rowsMax * 4;
  const codes = laneAt(vectors, rowsMax, CODES);
  const textLengths = laneAt(vectors, rowsMax, TEXT + 1);
  const hasTotals = laneAt(vectors, rowsMax, HAS_TOTAL);
  const genders = load<u32>(groups);
  const ethnicities = load<u32>(groups, 4);
  const ages = load<u32>(groups, 8);
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const at = (<usize>row) << 2;
    const gender: u32 = load<u8>(genders + load<u32>(codes + GENDER * lane + at));
    const ethnicity: u32 = load<u8>(ethnicities + load<u32>(codes + ETHNICITY * lane + at));
    const age: u32 = load<u8>(ages + load<u32>(codes + AGE * lane + at));
    const counter = counters + <usize>((gender << 8) | (ethnicity << 4) | age) * COUNTERS_BYTES;
    if (!isKept) {
      store<f64>(counter, load<f64>(counter, 8) + 1, 8);
      continue;
    }
    store<f64>(counter, load<f64>(counter) + 1);
    if (load<i32>(textLengths + at) < 0) store<f64>(counter, load<f64>(counter, 16) + 1, 16);
    if (!load<u8>(hasTotals + row)) store<f64>(counter, load<f64>(counter, 24) + 1, 24);
    const rating = load<f64>(ratings + ((<usize>load<u32>(codes + RATING * lane + at)) << 3));
    if (rating != rating) {
      store<f64>(counter, load<f64>(counter, 32) + 1, 32);
      continue;
    }
    store<f64>(counter, load<f64>(counter, 40) + 1, 40);
    store<f64>(counter, load<f64>(counter, 48) + Math.floor(rating * 100 + 0.5), 48);
    if (rating >= 4) store<f64>(counter, load<f64>(counter, 56) + 1, 56);
  }
}

/** Counts each cell number of the rows listed. */
export function countCodes(rows: usize, n: u32, codes: usize, counts: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + ((<usize>i) << 2));
    const count = counts + ((<usize>load<u32>(codes + ((<usize>row) << 2))) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
}
