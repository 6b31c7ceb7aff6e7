import { Random } from './random.ts';
import type { Restaurant } from './restaurants.ts';
import type { ReviewRow } from './review-row.ts';
import { drawLacks } from './visits.ts';

/**
 * A `_copy` or `_dup` row of an accepted row: the same review, bill and demographics; the name's prefix, what is missing
 * of name, rating and total, and the way the date is written are drawn anew.
 */
export function copyOf(original: ReviewRow, stream: readonly number[], restaurant: Restaurant): ReviewRow {
  const random = new Random(...stream, original.acceptedRow);
  return {
    ...original,
    idSuffix: random.chance(0.5) ? '_copy' : '_dup',
    namePrefix: random.weighted(restaurant.copyPrefixes),
    dateFormat: random.weighted(restaurant.dateFormats),
    lacks: drawLacks(random, restaurant),
  };
}
