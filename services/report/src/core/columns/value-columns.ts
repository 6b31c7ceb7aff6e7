/**
 * What is in the columns of a table, collected a row group after the other: of each column its different values and how
 * often they occur, 12 bytes each, and neither a name, a text nor an id. The summary of it is a function of the set of
 * rows, and not of their order.
 */
import type { Histogram, KeptMonthCell, ValidationFindings } from '@tastetrend/contracts';
import { binsByMonth, binsOfAmounts, binsOfHalfStars, binsOfWholeNumbers } from './histograms.ts';
import { Labels } from './labels.ts';
import { MonthCounter } from './month-cells.ts';
import { isoDay, SortedValues } from './sorted-values.ts';

type Cells = ArrayLike<unknown>;
type ColumnFinding = ValidationFindings['columns'][number];
export type ColumnValues = Pick<ColumnFinding, 'distinct' | 'min' | 'max' | 'quantiles' | 'top_values'>;

const MEASURED = [
  'review_date',
  'rating_1_5',
  'total_spent',
  'tip_amount',
  'tip_percentage',
  'party_size',
  'review_length',
] as const;
type MeasuredColumn = (typeof MEASURED)[number];

const NAMED = ['location', 'restaurant_name'] as const;
type NamedColumn = (typeof NAMED)[number];

/** The columns that are read for this, where the table has them. */
export const VALUE_COLUMNS = [...MEASURED, ...NAMED] as const;
export type ValueColumn = (typeof VALUE_COLUMNS)[number];

/** Of a column that is a small set of numbers: how often each occurs says more than its quantiles. */
const LISTED: readonly MeasuredColumn[] = ['rating_1_5', 'party_size'];

export interface ValueSummary {
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly histograms: readonly Histogram[];
  readonly months: { readonly cells: readonly KeptMonthCell[]; readonly cells_pooled: number };
}

export class ValueColumns {
  /** Of the row group that is being filled. */
  readonly #numbers = new Map<MeasuredColumn, Float64Array>();
  /** Of the row groups before it. */
  readonly #sorted = new Map<MeasuredColumn, SortedValues>();
  readonly #labels = new Map<NamedColumn, Labels>();
  readonly #months = new MonthCounter();
  #rows = 0;

  /** @param rows of the row group that is filled next */
  startGroup(rows: number): void {
    this.#rows = rows;
    for (const labels of this.#labels.values()) labels.startGroup(rows);
  }

  /** A column's next cells. @param cells as parquet has them; dates as days from 1970-01-01. @param start within the group */
  fill(column: ValueColumn, cells: Cells, start: number): void {
    if (column === 'location' || column === 'restaurant_name') {
      const labels = this.#labels.get(column) ?? new Labels();
      if (!this.#labels.has(column)) {
        labels.startGroup(this.#rows);
        this.#labels.set(column, labels);
      }
      for (let i = 0; i < cells.length; i++) labels.set(start + i, cells[i] as string | null | undefined);
      return;
    }
    const numbers = this.#numbers.get(column) ?? new Float64Array(this.#rows).fill(Number.NaN);
    this.#numbers.set(column, numbers);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number | null | undefined;
      // A parquet column may hold −0: that and 0 are one value.
      if (cell != null) numbers[start + i] = cell + 0;
    }
  }

  /** When all columns of the row group are filled: what is kept of it grows with different values, and not with rows. */
  endGroup(): void {
    this.#months.add({
      rows: this.#rows,
      restaurants: this.#labels.get('restaurant_name'),
      locations: this.#labels.get('location'),
      days: this.#numbers.get('review_date'),
      ratings: this.#numbers.get('rating_1_5'),
      totals: this.#numbers.get('total_spent'),
      lengths: this.#numbers.get('review_length'),
    });
    for (const [column, numbers] of this.#numbers) {
      const sorted = SortedValues.of(numbers);
      this.#sorted.set(column, this.#sorted.get(column)?.with(sorted) ?? sorted);
    }
    this.#numbers.clear();
  }

  /** @param cellMin rows below which a value is not named */
  summary(cellMin: number): ValueSummary {
    const columns = new Map<string, ColumnValues>();
    const histograms: Histogram[] = [];
    for (const [column, labels] of this.#labels) {
      columns.set(column, { ...NOT_MEASURED, distinct: labels.distinct, top_values: labels.top(cellMin) });
    }
    for (const [column, sorted] of this.#sorted) {
      const shown = column === 'review_date' ? isoDay : (number: number) => number;
      columns.set(column, {
        distinct: sorted.distinct,
        ...sorted.spread(shown),
        top_values: LISTED.includes(column) ? sorted.top(cellMin) : null,
      });
      const bins = binsOf(column, sorted);
      if (bins.length > 0) histograms.push({ column, bins });
    }
    const place = (column: string) => VALUE_COLUMNS.indexOf(column as ValueColumn);
    histograms.sort((a, b) => place(a.column) - place(b.column));
    return { columns, histograms, months: this.#months.cells() };
  }
}

const NOT_MEASURED = { min: null, max: null, quantiles: null } as const;

function binsOf(column: MeasuredColumn, sorted: SortedValues): Histogram['bins'] {
  switch (column) {
    case 'review_date':
      return binsByMonth(sorted);
    case 'rating_1_5':
      return binsOfHalfStars(sorted);
    case 'party_size':
      return binsOfWholeNumbers(sorted);
    default:
      return binsOfAmounts(sorted);
  }
}
