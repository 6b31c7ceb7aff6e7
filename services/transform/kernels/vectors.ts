/**
 * How the columns of a batch of reviews lie in memory: lanes of one 32-bit word a row, one after the other, each for as
 * many rows as a batch may have. The same constants stand in src/core/review-vectors.ts.
 */
export const ID: u32 = 0; // starts, then lengths
export const NAME: u32 = 2;
export const TEXT: u32 = 4; // starts, lengths, code points
export const TOTAL: u32 = 7; // doubles take two lanes
export const TIP: u32 = 9;
export const PERCENTAGE: u32 = 11;
export const LOG_TOTAL: u32 = 13;
/** Numbers of the interned columns: date, rating, party, age, gender, ethnicity, location, restaurant. */
export const CODES: u32 = 15;
const ODD: u32 = 23; // bytes, one a row, as the next five lanes
const PREFIXED: u32 = 24;
export const HAS_TOTAL: u32 = 25;
export const HAS_TIP: u32 = 26;
export const HAS_PERCENTAGE: u32 = 27;
export const DERIVED: u32 = 28;
const LINES: u32 = 29;
export const FLAGS: u32 = 30;
export const ID_PRINTS: u32 = 31; // 16 bytes a row: four lanes each
export const VISIT_PRINTS: u32 = 35;
export const ROW_PRINTS: u32 = 39;
export const UID_PRINTS: u32 = 43;
/** What an odd row has beside its columns that tells it from others. */
export const ODD_VISIT: u32 = 47;
export const ODD_ROW: u32 = 51;
export const SUFFIXED_ROWS: u32 = 57; // bytes, one a row

export const DATE: u32 = 0;
export const RATING: u32 = 1;
export const PARTY: u32 = 2;
export const AGE: u32 = 3;
export const GENDER: u32 = 4;
export const ETHNICITY: u32 = 5;
export const LOCATION: u32 = 6;
export const RESTAURANT: u32 = 7;

export function laneAt(vectors: usize, rowsMax: u32, lane: u32): usize {
  return vectors + <usize>lane * rowsMax * 4;
}
