/**
 * Prints of rows, 128 bits each: of the id, of the visit (what must agree for a copy), of the row, and the review_uid. What
 * each covers is said in src/core/review-vectors.ts.
 */
import { blake2b128, murmur128 } from './hash';
import {
  AGE,
  CODES,
  DATE,
  ETHNICITY,
  FLAGS,
  GENDER,
  HAS_PERCENTAGE,
  HAS_TIP,
  HAS_TOTAL,
  ID,
  ID_PRINTS,
  LOCATION,
  laneAt,
  NAME,
  ODD_ROW,
  ODD_VISIT,
  PARTY,
  PERCENTAGE,
  RATING,
  RESTAURANT,
  ROW_PRINTS,
  SUFFIXED_ROWS,
  TEXT,
  TIP,
  TOTAL,
  UID_PRINTS,
  VISIT_PRINTS,
} from './vectors';

/** Bits of a row's flags: the constants of src/core/index/row-index.ts. */
const SUFFIXED: u32 = 1;
const LACKS_CUSTOMER: u32 = 2;
const LACKS_RATING: u32 = 4;
const LACKS_TOTAL: u32 = 8;
const LACKS_TEXT: u32 = 16;
const LACKS_LOCATION: u32 = 32;
const LACKS_RESTAURANT: u32 = 64;
const HAS_ID: u32 = 128;
const COMPARABLE: u32 = 256;

/**
 * A lexicon's entry in the directory, words of 32 bits: addresses of its canonical prints, of its null marks, of its texts'
 * places, then of the bytes and offsets of its texts, and of those that it holds for now.
 */
const LEXICON_BYTES: usize = 32;
/** The place of what is no text. */
const NOWHERE: i32 = i32.MIN_VALUE;
const NETSTRING_HEAD_MAX: u32 = 12;

const visit = memory.data(128);
const whole = memory.data(96);

function lexicon(directory: usize, column: u32, word: u32): usize {
  return load<u32>(directory + column * LEXICON_BYTES + word * 4);
}

function canon(directory: usize, column: u32, code: u32, out: usize): void {
  const print = lexicon(directory, column, 0) + (code << 4);
  store<u64>(out, load<u64>(print));
  store<u64>(out, load<u64>(print, 8), 8);
}

function isNull(directory: usize, column: u32, code: u32): bool {
  return load<u8>(lexicon(directory, column, 1) + code) != 0;
}

/** Where the text of a cell's number lies, as the last call of `findText` found it; its length is −1 where it is none. */
let foundStart: usize = 0;
let foundLength: i32 = 0;

function findText(directory: usize, column: u32, code: u32): void {
  let place = load<i32>(lexicon(directory, column, 2) + (code << 2));
  foundLength = -1;
  if (place == NOWHERE) return;
  let word: u32 = 3;
  if (place < 0) {
    word = 5;
    place = -1 - place;
  }
  const offset = lexicon(directory, column, word + 1) + ((<usize>place) << 2);
  const start = load<u32>(offset);
  foundStart = lexicon(directory, column, word) + start;
  foundLength = <i32>(load<u32>(offset, 4) - start);
}

/** Writes `<length>:<bytes>,`, or `-` for what is missing (a length below 0). @returns the end of it */
function netstring(out: usize, start: usize, length: i32): usize {
  if (length < 0) {
    store<u8>(out, 0x2d);
    return out + 1;
  }
  let digits = 1;
  for (let rest = length / 10; rest > 0; rest /= 10) digits++;
  let value = length;
  for (let i = digits - 1; i >= 0; i--) {
    store<u8>(out + i, 0x30 + (value % 10));
    value /= 10;
  }
  let p = out + digits;
  store<u8>(p++, 0x3a);
  memory.copy(p, start, length);
  p += length;
  store<u8>(p, 0x2c);
  return p + 1;
}

/** The double's bits, or bits that no double of ours has. */
function bitsOf(values: usize, present: usize, row: u32): u64 {
  return load<u8>(present + row) ? load<u64>(values + ((<usize>row) << 3)) : 0x7ff8000000000001;
}

/**
 * Fills the lanes of prints and flags.
 * @param scratch where the parts of a uid are strung together
 * @returns 0, or the bytes that scratch must have for a row; then nothing is filled
 */
export function printRows(
  vectors: usize,
  rowsMax: u32,
  n: u32,
  directory: usize,
  scratch: usize,
  scratchBytes: u32,
): u32 {
  const ids = laneAt(vectors, rowsMax, ID);
  const idLengths = laneAt(vectors, rowsMax, ID + 1);
  const names = laneAt(vectors, rowsMax, NAME);
  const nameLengths = laneAt(vectors, rowsMax, NAME + 1);
  const texts = laneAt(vectors, rowsMax, TEXT);
  const textLengths = laneAt(vectors, rowsMax, TEXT + 1);
  const totals = laneAt(vectors, rowsMax, TOTAL);
  const hasTotals = laneAt(vectors, rowsMax, HAS_TOTAL);
  const tips = laneAt(vectors, rowsMax, TIP);
  const hasTips = laneAt(vectors, rowsMax, HAS_TIP);
  const percentages = laneAt(vectors, rowsMax, PERCENTAGE);
  const hasPercentages = laneAt(vectors, rowsMax, HAS_PERCENTAGE);
  const codes = laneAt(vectors, rowsMax, CODES);
  const codeLane = <usize>rowsMax * 4;
  const flagLane = laneAt(vectors, rowsMax, FLAGS);
  const suffixed = laneAt(vectors, rowsMax, SUFFIXED_ROWS);
  const idPrints = laneAt(vectors, rowsMax, ID_PRINTS);
  const visitPrints = laneAt(vectors, rowsMax, VISIT_PRINTS);
  const rowPrints = laneAt(vectors, rowsMax, ROW_PRINTS);
  const uidPrints = laneAt(vectors, rowsMax, UID_PRINTS);
  const oddVisits = laneAt(vectors, rowsMax, ODD_VISIT);
  const oddRows = laneAt(vectors, rowsMax, ODD_ROW);
  let longest: u32 = 0;
  let others: u32 = 0;
  for (let row: u32 = 0; row < n; row++) {
    const at = (<usize>row) << 2;
    const bytes =
      max(0, load<i32>(idLengths + at)) + max(0, load<i32>(nameLengths + at)) + max(0, load<i32>(textLengths + at));
    longest = max(longest, <u32>bytes);
  }
  for (let row: u32 = 0; row < n; row++) {
    const at = (<usize>row) << 2;
    findText(directory, DATE, load<u32>(codes + DATE * codeLane + at));
    let bytes = max(0, foundLength);
    findText(directory, RESTAURANT, load<u32>(codes + RESTAURANT * codeLane + at));
    bytes += max(0, foundLength);
    others = max(others, <u32>bytes);
  }
  longest += others + 5 * NETSTRING_HEAD_MAX;
  if (longest > scratchBytes) return longest;

  for (let row: u32 = 0; row < n; row++) {
    const at = (<usize>row) << 2;
    const print = (<usize>row) << 4;
    const date = load<u32>(codes + DATE * codeLane + at);
    const rating = load<u32>(codes + RATING * codeLane + at);
    const party = load<u32>(codes + PARTY * codeLane + at);
    const age = load<u32>(codes + AGE * codeLane + at);
    const gender = load<u32>(codes + GENDER * codeLane + at);
    const ethnicity = load<u32>(codes + ETHNICITY * codeLane + at);
    const location = load<u32>(codes + LOCATION * codeLane + at);
    const restaurant = load<u32>(codes + RESTAURANT * codeLane + at);
    const idLength = load<i32>(idLengths + at);
    const nameLength = load<i32>(nameLengths + at);
    const textLength = load<i32>(textLengths + at);

    let p = scratch;
    findText(directory, RESTAURANT, restaurant);
    p = netstring(p, foundStart, foundLength);
    p = netstring(p, load<u32>(ids + at), idLength);
    p = netstring(p, load<u32>(names + at), nameLength);
    findText(directory, DATE, date);
    p = netstring(p, foundStart, foundLength);
    p = netstring(p, load<u32>(texts + at), textLength);
    blake2b128(scratch, <i32>(p - scratch), uidPrints + print);

    if (idLength >= 0) {
      murmur128(load<u32>(ids + at), idLength, idPrints + print);
    } else {
      store<u64>(idPrints + print, 0);
      store<u64>(idPrints + print, 0, 8);
    }

    memory.copy(visit, idPrints + print, 16);
    canon(directory, DATE, date, visit + 16);
    canon(directory, PARTY, party, visit + 32);
    canon(directory, AGE, age, visit + 48);
    canon(directory, GENDER, gender, visit + 64);
    canon(directory, ETHNICITY, ethnicity, visit + 80);
    store<u64>(visit, bitsOf(tips, hasTips, row), 96);
    store<u64>(visit, bitsOf(percentages, hasPercentages, row), 104);
    memory.copy(visit + 112, oddVisits + print, 16);
    murmur128(visit, 128, visitPrints + print);

    memory.copy(whole, uidPrints + print, 16);
    memory.copy(whole + 16, visitPrints + print, 16);
    canon(directory, RATING, rating, whole + 32);
    canon(directory, LOCATION, location, whole + 48);
    store<u64>(whole, bitsOf(totals, hasTotals, row), 64);
    store<u64>(whole, idLength >= 0 ? 1 : 0, 72);
    memory.copy(whole + 80, oddRows + print, 16);
    murmur128(whole, 96, rowPrints + print);

    let flags = load<u8>(suffixed + row) ? SUFFIXED : 0;
    if (nameLength < 0) flags |= LACKS_CUSTOMER;
    if (isNull(directory, RATING, rating)) flags |= LACKS_RATING;
    if (!load<u8>(hasTotals + row)) flags |= LACKS_TOTAL;
    if (textLength < 0) flags |= LACKS_TEXT;
    if (isNull(directory, LOCATION, location)) flags |= LACKS_LOCATION;
    if (isNull(directory, RESTAURANT, restaurant)) flags |= LACKS_RESTAURANT;
    if (idLength >= 0) flags |= HAS_ID;
    if (idLength >= 0 || nameLength >= 0 || textLength >= 0) flags |= COMPARABLE;
    store<u16>(flagLane + (at >> 1), <u16>flags);
  }
  return 0;
}
