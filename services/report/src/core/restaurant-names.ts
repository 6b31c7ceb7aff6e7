/**
 * Restaurants as a dimension of metrics: those that the reference data has, and `other`. A name out of a review file alone
 * never becomes one, since every value of a dimension is a metric, and anybody may upload any name.
 */

/** All that is not in the reference data, or is one too many there. */
export const OTHER_RESTAURANT = 'other';

/** With `other` one more. A metric costs 0.30 USD a month for each of them: docs/cost.md. */
export const RESTAURANTS_MAX = 50;

/** CloudWatch takes 1,024 (API reference, Dimension); a dashboard's legend shows less. */
const NAME_CHARACTERS_MAX = 100;

/** The dimension's value by what a row may call the restaurant: its name, or its location where no other is there. */
export type RestaurantNames = ReadonlyMap<string, string>;

export interface ReferenceRow {
  readonly restaurant_name: string | null;
  readonly location: string | null;
}

/** @returns the names of the first fifty restaurants, so that every worker keeps the same ones */
export function restaurantNamesOf(rows: readonly ReferenceRow[]): RestaurantNames {
  const byValue = Map.groupBy(rows, ({ restaurant_name: name }) =>
    name === null ? undefined : dimensionValueOf(name),
  );
  byValue.delete(undefined);
  byValue.delete(OTHER_RESTAURANT);
  const values = [...byValue.keys()].map(String).sort().slice(0, RESTAURANTS_MAX);
  const names = new Map<string, string>();
  for (const value of values) {
    for (const { restaurant_name: name } of byValue.get(value) ?? []) names.set(folded(name ?? ''), value);
  }
  const byLocation = Map.groupBy(rows, ({ location }) => folded(location ?? ''));
  for (const [location, found] of byLocation) {
    const values = new Set(found.map(({ restaurant_name: name }) => names.get(folded(name ?? ''))));
    const [only] = [...values];
    if (location !== '' && values.size === 1 && only !== undefined && !names.has(location)) names.set(location, only);
  }
  return names;
}

/** @param name a row's restaurant, or its location */
export function restaurantNamed(name: string | null, names: RestaurantNames): string {
  return (name === null ? undefined : names.get(folded(name))) ?? OTHER_RESTAURANT;
}

function folded(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}

/** Dimensions are ASCII, and begin with no colon (API reference, Dimension). @returns undefined when nothing is left */
function dimensionValueOf(name: string): string | undefined {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(/[^\x20-\x7e]+/gu, '?')
    .replace(/^[:\s]+/, '')
    .slice(0, NAME_CHARACTERS_MAX)
    .trim();
  return ascii === '' ? undefined : ascii;
}
