/** Reference data about restaurants: its own columns and checks, and never pushed through a review's. */
import { hash } from 'node:crypto';
import { type Inference, RESTAURANT_INFO_COLUMNS } from '@tastetrend/contracts';
import { fieldIndex, mapColumns, RESTAURANT_INFO_SYNONYMS, type RestaurantInfoField } from './columns.ts';
import { assertRowsWithinLimit, type FileContext, type Outputs } from './outputs.ts';
import { RowGroupBuilder } from './parquet/row-group-builder.ts';
import { type FileHead, readRows } from './read-rows.ts';
import type { Rule } from './rules.ts';
import { isWordForMissing } from './values/missing.ts';
import { parseNumber, parseWholeNumber } from './values/numbers.ts';

function parseStars(cell: string): number | undefined {
  const stars = parseNumber(cell);
  return stars === undefined || stars < 0 || stars > 5 ? undefined : stars + 0;
}

export async function transformRestaurantInfo(
  head: FileHead,
  context: FileContext,
  outputs: Outputs,
): Promise<Pick<Inference, 'columns' | 'rating_scale' | 'date_orders'>> {
  const columns = mapColumns(head.headers, RESTAURANT_INFO_SYNONYMS);
  const at = fieldIndex(columns);
  const { profile } = outputs;
  const builder = new RowGroupBuilder(RESTAURANT_INFO_COLUMNS);
  const missing: number[] = RESTAURANT_INFO_COLUMNS.map(() => 0);
  const flush = async (isEnd: boolean) => {
    if (builder.rowCount === 0 || !(isEnd || builder.isFull)) return;
    const group = builder.take();
    group.columns.forEach(({ nullCount }, i) => {
      missing[i] = (missing[i] as number) + nullCount;
    });
    await outputs.writeRowGroup(group);
  };
  /** The line of each distinct row, by its hash: about 100 bytes a restaurant. */
  const firstLines = new Map<string, number>();
  let rows = 0;

  await readRows(head, {
    row(cells, place) {
      assertRowsWithinLimit(++rows);
      const extra: [string, string][] = [];
      columns.forEach(({ header, field }, i) => {
        if (field === null && cells[i] !== '') extra.push([header, cells[i] as string]);
      });
      const text = (field: RestaurantInfoField): string | null => {
        const i = at[field];
        return i === undefined ? null : (cells[i] as string).trim() || null;
      };
      const number = (field: RestaurantInfoField, parse: (cell: string) => number | undefined, rule: Rule) => {
        const cell = text(field);
        const parsed = cell === null ? undefined : parse(cell);
        if (cell === null || parsed !== undefined) return parsed ?? null;
        extra.push([columns[at[field] as number]?.header as string, cell]);
        profile.rule(isWordForMissing(cell) ? 'word_for_missing' : rule, place.line);
        return null;
      };
      const row = {
        location: text('location'),
        restaurant_name: text('restaurant_name'),
        original_city: text('original_city'),
        address: text('address'),
        categories: text('categories'),
        avg_stars: number('avg_stars', parseStars, 'avg_stars_unreadable'),
        total_reviews: number('total_reviews', (cell) => parseWholeNumber(cell, 0), 'total_reviews_unreadable'),
        extra: extra.length === 0 ? null : JSON.stringify(Object.fromEntries(extra)),
      };
      const print = hash('sha256', JSON.stringify(Object.values(row)), 'base64');
      const first = firstLines.get(print);
      if (first !== undefined) {
        profile.duplicate('exact', place.line);
        outputs.duplicate(place, 'exact', first, null);
        return;
      }
      firstLines.set(print, place.line);
      const whole = {
        ...row,
        source_file: context.sourceFile,
        source_version: context.sourceVersion,
        uploaded_at: Date.parse(context.uploadedAt),
        source_line: place.line,
      };
      builder.push(whole);
      profile.accepted(1);
    },
    quarantined(broken) {
      if (broken.part === undefined || broken.part === 1) assertRowsWithinLimit(++rows);
      outputs.quarantined(broken);
    },
    blank: (count) => profile.blank(count),
    flush: () => flush(false),
  });
  await flush(true);
  profile.table(missing);
  return {
    columns: columns.map(({ header, field, by }) => ({ header, column: field, by })),
    rating_scale: null,
    date_orders: [],
  };
}
