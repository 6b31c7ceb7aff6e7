import assert from 'node:assert/strict';
import { Random } from './random.ts';
import { COPY_SHARE, MISSING_TEXT, type Restaurant } from './restaurants.ts';
import { textLengthAt } from './review-text.ts';

/** Streams of randomness: the first part after the seed and the schema. */
export const STREAM = { turn: 1, order: 2, visits: 3, copy: 4, pick: 5, malformed: 6, malformedPlace: 7 } as const;

/** How many rows of each kind a file has. */
export interface RowCounts {
  readonly rows: number;
  readonly accepted: number;
  readonly copies: number;
  readonly malformed: number;
}

/** All rows of one review id: `size` accepted rows, numbered from `firstRow` on in the order of generation. */
export interface VisitGroup {
  readonly firstRow: number;
  readonly size: number;
  /** Code points that its text aims at; null when none of its rows has a text. */
  readonly textLength: number | null;
  /** What its rows are drawn from; equal parts give equal rows. */
  readonly stream: readonly number[];
}

/** One turn of the plan: a stretch of groups whose rows are shuffled among each other. It bounds what is held in memory. */
export interface Turn {
  readonly index: number;
  readonly groups: readonly VisitGroup[];
}

/** Splits `rows` into malformed rows (`badRowRate` of them, 0 to 1), copies, and accepted rows. */
export function countRows(rows: number, badRowRate: number): RowCounts {
  assert(Number.isSafeInteger(rows) && rows >= 0, `rows must be a whole number of 0 or more, not ${rows}`);
  assert(badRowRate >= 0 && badRowRate <= 1, `badRowRate must lie in 0 to 1, not ${badRowRate}`);
  const malformed = Math.round(rows * badRowRate);
  const copies = Math.round((rows - malformed) * COPY_SHARE);
  return { rows, accepted: rows - malformed - copies, copies, malformed };
}

/** The turns of a file with this many accepted rows; each call walks the same turns anew. */
export function* planTurns(key: readonly number[], restaurant: Restaurant, acceptedRows: number): Generator<Turn> {
  for (let index = 0, firstRow = 0; firstRow < acceptedRows; index++) {
    const groups = planGroups(new Random(...key, STREAM.turn, index), restaurant);
    const planned: VisitGroup[] = [];
    for (const [place, { size, textLength }] of groups.entries()) {
      const fitting = Math.min(size, acceptedRows - firstRow);
      if (fitting === 0) break;
      planned.push({ firstRow, size: fitting, textLength, stream: [...key, STREAM.visits, index, place] });
      firstRow += fitting;
    }
    yield { index, groups: planned };
  }
}

function planGroups(random: Random, { turn, textsAreShared }: Restaurant) {
  const sizes = [...splitEvenly(random, turn.fanOutRows, turn.fanOutIds), ...Array<number>(turn.singleRows).fill(1)];
  random.shuffle(sizes);
  const withoutText = textsAreShared ? pickGroups(random, sizes, MISSING_TEXT) : new Set<number>();
  const ranks = random.shuffle(sizes.map((_, rank) => rank));
  return sizes.map((size, place) => ({
    size,
    textLength: withoutText.has(place)
      ? null
      : textLengthAt(((ranks[place] as number) + random.fraction()) / sizes.length),
  }));
}

/** `rows` spread over `ids`, two each and the others at random. */
function splitEvenly(random: Random, rows: number, ids: number): number[] {
  const sizes = Array<number>(ids).fill(2);
  for (let left = rows - 2 * ids; left > 0; left--) {
    const place = random.below(ids);
    sizes[place] = (sizes[place] as number) + 1;
  }
  return sizes;
}

/** Groups that together hold `share` of all rows. */
function pickGroups(random: Random, sizes: readonly number[], share: number): Set<number> {
  const picked = new Set<number>();
  let rowsLeft = Math.round(share * sizes.reduce((sum, size) => sum + size, 0));
  for (const place of random.shuffle(sizes.map((_, index) => index))) {
    const size = sizes[place] as number;
    if (size > rowsLeft) continue;
    picked.add(place);
    rowsLeft -= size;
  }
  return picked;
}

/**
 * Which of `total` places the `k`-th of `picks` takes: one from each of `picks` equal stretches, so that exactly that many
 * are taken, at random, in ascending order, with nothing to remember.
 */
export function strataPick(stream: readonly number[], k: number, picks: number, total: number): number {
  const low = Math.floor((k * total) / picks);
  const high = Math.floor(((k + 1) * total) / picks);
  return low + new Random(...stream, k).below(high - low);
}
