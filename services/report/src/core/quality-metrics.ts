/** What the metrics say of one upload's data: a function of its summaries and of which restaurants there are. */
import { type Bias, isUnfitRule, type Validation } from '@tastetrend/contracts';
import { OTHER_RESTAURANT, type RestaurantNames, restaurantNamed } from './restaurant-names.ts';

export interface QualityMetric {
  readonly name: string;
  readonly unit: 'Count' | 'Percent';
  readonly value: number;
  /** Beside service and environment; each has few values, whatever is in a file. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * @param bias null where it is of an earlier version of its schema
 * @param names the restaurants of the reference data
 */
export function qualityMetricsOf(validation: Validation, bias: Bias | null, names: RestaurantNames): QualityMetric[] {
  return [...ofRules(validation), ...ofBias(bias), ...ofRestaurant(validation, names)];
}

/** One for each rule that was met: what is not there is 0. */
function ofRules({ findings }: Validation): QualityMetric[] {
  return (findings?.rules ?? [])
    .filter(({ rule, count }) => isUnfitRule(rule) && count > 0)
    .map(({ rule, count }) => ({ name: 'ValuesUnreadable', unit: 'Count', value: count, dimensions: { rule } }));
}

/** A 0 is written too: it tells "nothing is flagged" from "nothing is measured". */
function ofBias(bias: Bias | null): QualityMetric[] {
  if (bias?.status !== 'measured') return [];
  return [{ name: 'BiasFlags', unit: 'Count', value: bias.flags.flagged.length, dimensions: {} }];
}

/** Shares, and not counts: they are compared with one another, and a metric for each part of a share costs twice. */
function ofRestaurant({ kind, outcome, counts, findings }: Validation, names: RestaurantNames): QualityMetric[] {
  if (kind !== 'reviews' || outcome !== 'processed' || findings === null) return [];
  const dimensions = { restaurant: restaurantOf(findings.months?.cells ?? [], names) };
  const { ratings, dates } = findings.readability;
  const unreadable = ratings.unreadable + ratings.out_of_scale + dates.unreadable;
  const share = (name: string, part: number, of: number): QualityMetric[] =>
    of === 0 ? [] : [{ name, unit: 'Percent', value: (100 * part) / of, dimensions }];
  return [
    { name: 'RestaurantRowsAccepted', unit: 'Count', value: counts.accepted, dimensions },
    ...share('RestaurantRowsQuarantined', counts.quarantined, counts.rows_read),
    ...share('RestaurantValuesUnreadable', unreadable, ratings.uploaded + dates.uploaded),
  ];
}

type Cells = NonNullable<NonNullable<Validation['findings']>['months']>['cells'];

/** Of the restaurant that more than half of a file's accepted rows name: a row astray does not make it another's. */
function restaurantOf(cells: Cells, names: RestaurantNames): string {
  const rows = new Map<string, number>();
  let all = 0;
  for (const cell of cells) {
    const name = restaurantNamed(cell.restaurant, names);
    rows.set(name, (rows.get(name) ?? 0) + cell.rows);
    all += cell.rows;
  }
  const [found] = [...rows].find(([, count]) => count * 2 > all) ?? [];
  return found ?? OTHER_RESTAURANT;
}
