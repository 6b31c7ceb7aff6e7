import { describe, expect, it } from 'vitest';
import { RESTAURANTS_MAX, restaurantNamed, restaurantNamesOf } from './restaurant-names.ts';

const row = (restaurant_name: string | null, location: string | null = null) => ({ restaurant_name, location });

describe('restaurants as a dimension', () => {
  it.each([
    ['its name', 'Tavern', 'Tavern'],
    ['its name, written otherwise', '  tAVERN ', 'Tavern'],
    ['its location, where no other restaurant is there', 'uptown', 'Tavern'],
    ['a location of two', 'Downtown', 'other'],
    ['a name that the reference data does not have', 'Taverna', 'other'],
    ['no name', null, 'other'],
    ['an empty name', '', 'other'],
  ])('%s', (_, name, expected) => {
    const names = restaurantNamesOf([
      row('Tavern', 'Uptown'),
      row('Luke', 'Downtown'),
      row('The Bricks', 'Downtown'),
      row(null, ''),
    ]);
    expect(restaurantNamed(name, names)).toBe(expected);
  });

  it('a dimension is ASCII, begins with no colon, and is short', () => {
    const names = restaurantNamesOf([row('Café Olé'), row('鼎泰豐'), row(': : '), row(`:${'x'.repeat(300)}`)]);
    expect(restaurantNamed('CAFÉ OLÉ', names)).toBe('Cafe Ole');
    expect(restaurantNamed('鼎泰豐', names)).toBe('?');
    expect(restaurantNamed(': : ', names)).toBe('other');
    expect(restaurantNamed(`:${'x'.repeat(300)}`, names)).toBe('x'.repeat(100));
  });

  it('has fifty values and `other` at most, the same in whatever order the rows come', () => {
    const rows = Array.from({ length: RESTAURANTS_MAX + 30 }, (_, at) => row(`R${String(at).padStart(3, '0')}`));
    const names = restaurantNamesOf(rows);
    expect(new Set(names.values()).size).toBe(RESTAURANTS_MAX);
    expect([...restaurantNamesOf(rows.toReversed())].sort()).toEqual([...names].sort());
    expect(restaurantNamed('R000', names)).toBe('R000');
    expect(restaurantNamed('R079', names)).toBe('other');
  });
});
