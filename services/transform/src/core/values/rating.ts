/** Ratings: numbers, stars, `4/5`, `8 out of 10`, `4 stars`, `80%`. A value may say its scale itself; else the file does. */

import { parseNumber } from './numbers.ts';
import { remembering } from './remember.ts';

export type RatingScale = 5 | 10 | 100;

export interface RatingReading {
  readonly value: number;
  /** The scale that the value itself names; undefined when the file has to say. */
  readonly scale: RatingScale | undefined;
}

// ⭐ ★ 🌟, each with or without a variation selector; ☆ is a star that was not given.
const GLYPHS = /^(?:[\u2B50\u2605\u2606\u{1F31F}]\uFE0F?\s*)+$/u;
const GIVEN = /[\u2B50\u2605\u{1F31F}]/gu;
const OUT_OF = /^([+-]?[\d.,]+)\s*(?:\/|out of|of)\s*(5|10|100)$/i;
const STARS = /^([+-]?[\d.,]+)\s*(?:stars?|[\u2B50\u2605]\uFE0F?)$/iu;
const PERCENT = /^([+-]?[\d.,]+)\s*%$/;

/** @returns undefined when the cell is no rating */
export const readRating = remembering((cell: string): RatingReading | undefined => {
  const text = cell.trim();
  const plain = parseNumber(text);
  if (plain !== undefined) return { value: plain, scale: undefined };
  if (GLYPHS.test(text)) return { value: text.match(GIVEN)?.length ?? 0, scale: 5 };
  const outOf = OUT_OF.exec(text);
  if (outOf) return readingOf(outOf[1], Number(outOf[2]) as RatingScale);
  const stars = STARS.exec(text);
  if (stars) return readingOf(stars[1], 5);
  const percent = PERCENT.exec(text);
  if (percent) return readingOf(percent[1], 100);
  return undefined;
});

function readingOf(number: string | undefined, scale: RatingScale): RatingReading | undefined {
  const value = parseNumber(number ?? '');
  return value === undefined ? undefined : { value, scale };
}

/** value / scale × 5; undefined when the scale does not have the value (0 is "not rated" on every scale). */
export function ratingOutOf5(value: number, scale: RatingScale): number | undefined {
  return value > 0 && value <= scale ? (value / scale) * 5 : undefined;
}
