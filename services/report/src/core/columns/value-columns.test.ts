import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsByMonth, binsOfAmounts, binsOfHalfStars, binsOfWholeNumbers } from './histograms.ts';
import { MonthCounter } from './month-cells.ts';
import { isoDay, SortedValues } from './sorted-values.ts';
import { ValueColumns } from './value-columns.ts';

interface Row {
  readonly rating: number | null;
  readonly day: number | null;
  readonly total: number | null;
  readonly length: number | null;
  readonly restaurant: string | null;
  readonly location: string | null;
}

const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null, freq: 3 });
const row: fc.Arbitrary<Row> = fc.record({
  rating: nullable(fc.constantFrom(1, 2, 3.5, 4, 4.33, 5)),
  day: nullable(fc.integer({ min: 14_000, max: 20_000 })),
  total: nullable(fc.integer({ min: 0, max: 90_000 }).map((cents) => cents / 100)),
  length: nullable(fc.integer({ min: 1, max: 500 })),
  restaurant: nullable(fc.constantFrom('A', 'B', 'مطعم')),
  location: nullable(fc.constantFrom('x', 'y')),
});
const table = fc.array(row, { maxLength: 60 });

function summaryOf(rows: readonly Row[], cellMin = 2) {
  const values = new ValueColumns();
  // As from two row groups.
  const half = Math.floor(rows.length / 2);
  for (const group of [rows.slice(0, half), rows.slice(half)]) {
    values.startGroup(group.length);
    const fill = (column: Parameters<typeof values.fill>[0], of: (one: Row) => unknown) =>
      values.fill(column, group.map(of), 0);
    fill('rating_1_5', ({ rating }) => rating);
    fill('review_date', ({ day }) => day);
    fill('total_spent', ({ total }) => total);
    fill('review_length', ({ length }) => length);
    fill('restaurant_name', ({ restaurant }) => restaurant);
    fill('location', ({ location }) => location);
    values.endGroup();
  }
  return values.summary(cellMin);
}

describe('what is in the columns', () => {
  it('property: distinct, least, most and quantiles are those of the sorted values', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const totals = rows.flatMap(({ total }) => (total === null ? [] : [total])).sort((a, b) => a - b);
        const found = summaryOf(rows).columns.get('total_spent');
        const at = (share: number) => totals[Math.max(1, Math.ceil(share * totals.length)) - 1] ?? null;
        expect(found?.distinct).toBe(new Set(totals).size);
        expect([found?.min, found?.max]).toEqual([totals[0] ?? null, totals.at(-1) ?? null]);
        expect([found?.quantiles?.p05 ?? null, found?.quantiles?.p50 ?? null, found?.quantiles?.p95 ?? null]).toEqual([
          at(0.05),
          at(0.5),
          at(0.95),
        ]);
      }),
    );
  });

  it('property: the same rows in another order give the same summary', () => {
    fc.assert(
      fc.property(table, fc.infiniteStream(fc.nat()), (rows, keys) => {
        const shuffled = rows.map((one) => ({ one, key: keys.next().value })).sort((a, b) => a.key - b.key);
        expect(summaryOf(shuffled.map(({ one }) => one))).toEqual(summaryOf(rows));
      }),
    );
  });

  it('property: histograms and months count every row with a value, once', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const { histograms, months } = summaryOf(rows);
        const total = (column: string) =>
          histograms.find((one) => one.column === column)?.bins.reduce((sum, { count }) => sum + count, 0) ?? 0;
        const having = (of: (one: Row) => unknown) => rows.filter((one) => of(one) !== null).length;
        expect(total('rating_1_5')).toBe(having(({ rating }) => rating));
        expect(total('review_date')).toBe(having(({ day }) => day));
        expect(total('total_spent')).toBe(having(({ total: spent }) => spent));
        const sum = (of: 'rows' | 'with_total' | 'total_spent_cents' | 'rating_sum_hundredths') =>
          months.cells.reduce((all, cell) => all + cell[of], 0);
        expect(sum('rows')).toBe(rows.length);
        expect(sum('total_spent_cents')).toBe(
          rows.reduce((all, { total: spent }) => all + Math.round((spent ?? 0) * 100), 0),
        );
        expect(sum('rating_sum_hundredths')).toBe(
          rows.reduce((all, { rating }) => all + Math.round((rating ?? 0) * 100), 0),
        );
      }),
    );
  });

  it('names no value of fewer rows than a cell needs', () => {
    const rows = [...Array(5).fill('A'), ...Array(4).fill('B')].map((restaurant) => ({
      rating: 5,
      day: 15_000,
      total: null,
      length: null,
      restaurant,
      location: null,
    }));
    const { columns } = summaryOf(rows, 5);
    expect(columns.get('restaurant_name')).toMatchObject({ distinct: 2, top_values: [{ value: 'A', count: 5 }] });
    expect(columns.get('rating_1_5')).toMatchObject({ top_values: [{ value: '5', count: 9 }] });
    expect(columns.get('review_date')).toMatchObject({ min: '2011-01-26', top_values: null });
  });

  it('takes the location where there is no restaurant, and a cell of its own where there is neither', () => {
    const one = { rating: null, day: 15_000, total: 1.005, length: 3 };
    const { months } = summaryOf([
      { ...one, restaurant: 'A', location: 'x' },
      { ...one, restaurant: null, location: 'x' },
      { ...one, restaurant: null, location: null, day: null },
    ]);
    expect(months.cells.map(({ restaurant, month, rows }) => [restaurant, month, rows])).toEqual([
      [null, null, 1],
      ['A', '2011-01', 1],
      ['x', '2011-01', 1],
    ]);
  });

  it('pools the smallest cells of too many, and loses no row', () => {
    const days = Float64Array.from({ length: 2_500 }, (_, i) => (i < 600 ? 15_000 : 15_000 + 31 * (i - 599)));
    const counter = new MonthCounter();
    const none = {
      restaurants: undefined,
      locations: undefined,
      ratings: undefined,
      totals: undefined,
      lengths: undefined,
    };
    counter.add({ rows: days.length, days, ...none });
    const found = counter.cells();
    expect(found.cells).toHaveLength(1_000);
    expect(found.cells_pooled).toBeGreaterThan(500);
    expect(found.cells.reduce((sum, { rows }) => sum + rows, 0)).toBe(2_500);
    expect(found.cells.find(({ rows }) => rows > 500 && rows < 700)?.month).toBe(isoDay(15_000).slice(0, 7));
  });
});

describe('bins', () => {
  const sorted = (...values: number[]) => SortedValues.of(Float64Array.from(values));

  it('half stars are fixed, and 5 is in the last', () => {
    const bins = binsOfHalfStars(sorted(1, 3.5, 4.99, 5));
    expect(bins).toHaveLength(11);
    expect(bins.filter(({ count }) => count > 0).map(({ from }) => from)).toEqual([1, 3.5, 4.5, 5]);
  });

  it('months follow each other over the year’s end', () => {
    expect(binsByMonth(sorted(19_722, 19_723))).toEqual([
      { from: '2023-12', to: '2024-01', count: 1 },
      { from: '2024-01', to: '2024-02', count: 1 },
    ]);
  });

  it('whole numbers from 12 on are one', () => {
    expect(binsOfWholeNumbers(sorted(2, 4, 40, 80))).toEqual([
      { from: 2, to: 3, count: 1 },
      { from: 3, to: 4, count: 0 },
      { from: 4, to: 5, count: 1 },
      ...[5, 6, 7, 8, 9, 10, 11].map((from) => ({ from, to: from + 1, count: 0 })),
      { from: 12, to: null, count: 2 },
    ]);
  });

  it.each([
    [[0], 1],
    [[0.001, 0.002], 0.0001],
    [[3, 50, 99], 5],
    [[1e12, 2e12], 1e11],
  ])('amounts %j have bins of %d', (values, width) => {
    const [first] = binsOfAmounts(sorted(...values));
    expect(Number(first?.to)).toBeCloseTo(width, 10);
  });
});
