/** What OpenLineage events are made of. */
import { pipeline, type Validation } from '@tastetrend/contracts';
import type { ColumnValues } from '../core/columns/value-columns.ts';
import { validationOf } from '../core/validation.ts';
import { countsOf, manifestOf, profileOf, rows } from './tally.ts';

const FILE = [...rows(8, { age: 'missing' }), ...rows(2, { hasText: false }), ...rows(9, { fate: 'quarantined' })];

/** A validation with everything in it that an event is made of. */
export function validationOfRows(): Validation {
  const profile = profileOf(FILE);
  const ofTotals = {
    distinct: 3,
    min: 1,
    max: 9.5,
    quantiles: { p05: 1, p25: 2, p50: 3, p75: 4, p95: 9.5 },
    top_values: null,
  };
  const ofDates = {
    ...ofTotals,
    min: '2024-01-01',
    max: '2024-02-01',
    quantiles: { p05: '2024-01-01', p25: '2024-01-02', p50: '2024-01-03', p75: '2024-01-04', p95: '2024-02-01' },
  };
  const values = {
    columns: new Map<string, ColumnValues>([
      ['total_spent', ofTotals],
      ['review_date', ofDates],
    ]),
    histograms: [],
    months: { cells: [], cells_pooled: 0 },
  };
  return validationOf(manifestOf(profile, countsOf(FILE)), profile, pipeline.checks, values);
}
