/** What a whole file says about the two things that no single cell can: the rating scale and the order of dates. */
import type { Inference } from '@tastetrend/contracts';
import { normalHeader } from './columns.ts';
import { type RatingReading, type RatingScale, readRating } from './values/rating.ts';
import { type DateOrder, daysOf, readDate, type Separator } from './values/review-date.ts';

/** What the cleaning needs to know about a file. */
export interface FileReading {
  readonly ratingScale: RatingScale;
  readonly dateOrders: Readonly<Record<Separator, DateOrder>>;
}

/** Dots are day first all over the world; slashes and dashes with the year last are month first where reviews come from. */
export const DEFAULT_DATE_ORDERS: Record<Separator, DateOrder> = {
  '.': 'day_first',
  '/': 'month_first',
  '-': 'month_first',
};

const SCALES: readonly RatingScale[] = [5, 10, 100];
/** So many values may lie above a scale and still be typing errors: one alone, or this share. */
const OUTLIER_SHARE_MAX = 0.05;

interface DateCounts {
  dayFirst: number;
  monthFirst: number;
  either: number;
}

/** Collects evidence row by row; holds a few counters and no cell. */
export class Evidence {
  /** Values without a scale of their own: up to 5, over 5 up to 10, over 10. */
  readonly #ratings = { upTo5: 0, upTo10: 0, over10: 0 };
  /** Values that name their scale themselves: stars, `4/5`, `80%`. */
  readonly #withScale: Record<RatingScale, number> = { 5: 0, 10: 0, 100: 0 };
  readonly #dates: Record<Separator, DateCounts> = {
    '/': { dayFirst: 0, monthFirst: 0, either: 0 },
    '.': { dayFirst: 0, monthFirst: 0, either: 0 },
    '-': { dayFirst: 0, monthFirst: 0, either: 0 },
  };
  readonly #scaleByName: RatingScale | undefined;
  readonly #ratingHeader: string | undefined;

  /** @param ratingHeader the header of the rating column, which may name its scale */
  constructor(ratingHeader: string | undefined) {
    this.#ratingHeader = ratingHeader;
    this.#scaleByName = ratingHeader === undefined ? undefined : scaleInName(ratingHeader);
  }

  /** @param count rows that have the cell */
  addRating(cell: string, count = 1): void {
    const reading: RatingReading | undefined = readRating(cell);
    if (reading === undefined) return;
    if (reading.scale !== undefined) this.#withScale[reading.scale] += count;
    else if (reading.value <= 5) this.#ratings.upTo5 += count;
    else if (reading.value <= 10) this.#ratings.upTo10 += count;
    else this.#ratings.over10 += count;
  }

  /** @param count rows that have the cell */
  addDate(cell: string, count = 1): void {
    const reading = readDate(cell);
    if (reading.kind !== 'open') return;
    const isDayFirst = daysOf(reading.year, reading.b, reading.a) !== undefined;
    const isMonthFirst = daysOf(reading.year, reading.a, reading.b) !== undefined;
    const counts = this.#dates[reading.separator];
    if (isDayFirst && isMonthFirst) counts.either += reading.a === reading.b ? 0 : count;
    else if (isDayFirst) counts.dayFirst += count;
    else if (isMonthFirst) counts.monthFirst += count;
  }

  /** What follows for the cleaning. */
  reading(): FileReading {
    return {
      ratingScale: this.#scale().value,
      dateOrders: {
        '/': this.#order('/').value,
        '.': this.#order('.').value,
        '-': this.#order('-').value,
      },
    };
  }

  /** What follows, on what evidence, and what stays open: for the manifest. */
  inference(): Pick<Inference, 'rating_scale' | 'date_orders'> {
    const { upTo5, upTo10, over10 } = this.#ratings;
    const isRated = upTo5 + upTo10 + over10 + this.#withScaleCount > 0;
    const separators = (['/', '.', '-'] as const).filter((separator) => {
      const { dayFirst, monthFirst, either } = this.#dates[separator];
      return dayFirst + monthFirst + either > 0;
    });
    return {
      rating_scale: isRated ? this.#scale() : null,
      date_orders: separators.map((separator) => ({ separator, ...this.#order(separator) })),
    };
  }

  get #withScaleCount(): number {
    return this.#withScale[5] + this.#withScale[10] + this.#withScale[100];
  }

  #scale(): { value: RatingScale; evidence: string; ambiguous: boolean } {
    const { upTo5, upTo10, over10 } = this.#ratings;
    const withScale = this.#withScaleCount;
    const plain = upTo5 + upTo10 + over10;
    if (plain === 0 && withScale === 0 && this.#scaleByName === undefined) {
      return { value: 5, evidence: 'there are no ratings', ambiguous: false };
    }
    const above: Record<RatingScale, number> = { 5: upTo10 + over10, 10: over10, 100: 0 };
    if (this.#scaleByName !== undefined) {
      // The name decides, and values that it cannot mean are out of scale; that they are there is said.
      const doubt = above[this.#scaleByName];
      const evidence =
        `the column's name, ${JSON.stringify(this.#ratingHeader)}, says so` +
        (doubt > 0 ? `; ${doubt} of ${plain} ratings are above it` : '');
      return { value: this.#scaleByName, evidence, ambiguous: doubt > 0 };
    }
    // Where most values name their scale, the commonest such scale is also that of the few that do not.
    if (withScale > plain) {
      const named = SCALES.reduce((best, scale) => (this.#withScale[scale] > this.#withScale[best] ? scale : best));
      const evidence =
        plain === 0
          ? `all ${withScale} ratings name their scale themselves`
          : `${withScale} of ${withScale + plain} ratings name their scale themselves, ${this.#withScale[named]} of them ${named}`;
      return { value: named, evidence, ambiguous: above[named] > 0 };
    }
    const fits = (scale: RatingScale) =>
      above[scale] === 0 || (above[scale] < plain && above[scale] <= Math.max(1, plain * OUTLIER_SHARE_MAX));
    const value = SCALES.find(fits) ?? 100;
    const evidence =
      `of ${plain} ratings without a scale of their own, ${upTo5} are up to 5, ${upTo10} over 5 and up to 10, ` +
      `${over10} over 10` +
      (withScale > 0 ? `; ${withScale} more name their scale themselves` : '');
    return { value, evidence, ambiguous: above[value] > 0 };
  }

  #order(separator: Separator): { value: DateOrder; evidence: string; ambiguous_values: number } {
    const { dayFirst, monthFirst, either } = this.#dates[separator];
    const byDefault = DEFAULT_DATE_ORDERS[separator];
    const counted = `${dayFirst} dates can only be day first, ${monthFirst} only month first, ${either} could be either`;
    if (dayFirst === monthFirst) {
      const evidence = `${counted}; read as is usual for dates with "${separator}"`;
      return { value: byDefault, evidence, ambiguous_values: either };
    }
    const value = dayFirst > monthFirst ? 'day_first' : 'month_first';
    // Where both orders occur, the majority decides about the open ones, and they stay open to doubt.
    return { value, evidence: counted, ambiguous_values: dayFirst > 0 && monthFirst > 0 ? either : 0 };
  }
}

function scaleInName(header: string): RatingScale | undefined {
  const name = normalHeader(header);
  const outOf = /(?:^|_)(?:out_?)?of_?(100|10|5)(?:_|$)/.exec(name) ?? /\/\s*(100|10|5)(?!\d)/.exec(header);
  if (outOf) return Number(outOf[1]) as RatingScale;
  if (/percent|pct/.test(name) || header.includes('%')) return 100;
  return /star/.test(name) ? 5 : undefined;
}
