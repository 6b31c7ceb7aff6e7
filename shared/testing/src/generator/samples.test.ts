import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, test } from 'vitest';
import { MISSING_ETHNICITY, MISSING_GENDER, MISSING_TEXT, RESTAURANTS } from './restaurants.ts';
import { generateReviewSamples, generateSampleFiles, type ReviewSample, writeSampleFiles } from './samples.ts';

const SEED = 20_261_122;
const PINNED_SHA256 = '2798f8c10e4567b255e1be104bcdb0d9773df5b4e9bf72ac519611f0d5f4ed16';

const samples = generateReviewSamples(SEED);
const dir = mkdtempSync(join(tmpdir(), 'tastetrend-samples-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const COLUMN = { id: 0, name: 1, date: 2, rating: 3, text: 4, total: 7, tip: 8, tipPercentage: 9, party: 10 } as const;
const DEMOGRAPHICS = { age: 11, gender: 12, ethnicity: 13 } as const;
const allRows = samples.flatMap((sample) => sample.truth.perRow);
const texts = allRows.map(({ fields }) => at(fields, COLUMN.text)).filter((text) => text !== '');

function at(fields: readonly string[], column: number): string {
  return fields[column] ?? expect.fail(`no field ${column}`);
}

function sampleOf(schema: ReviewSample['schema']): ReviewSample {
  return samples.find((sample) => sample.schema === schema) ?? expect.fail(`no sample ${schema}`);
}

function missingShare(rows: readonly { fields: readonly string[] }[], column: number): number {
  return rows.filter(({ fields }) => at(fields, column) === '').length / rows.length;
}

describe(`samples of seed ${SEED}`, () => {
  test('equal seeds give equal bytes, other seeds others', () => {
    const digest = (seed: number) => {
      const hash = createHash('sha256');
      for (const { name, bytes } of generateSampleFiles(seed)) hash.update(`${name}\0`).update(bytes);
      return hash.digest('hex');
    };
    expect(digest(SEED)).toBe(PINNED_SHA256);
    expect(digest(SEED + 1)).not.toBe(PINNED_SHA256);
  });

  test('the files have the names, headers and row counts of the real ones', () => {
    expect(generateSampleFiles(SEED).map(({ name, truth }) => [name, truth.rows])).toEqual([
      ['tastetrend_downtown_reviews.csv', 614],
      ['tastetrend_eastside_reviews.csv', 1784],
      ['tastetrend_uptown_reviews.csv', 1655],
      ['tastetrend_midtown_reviews.txt', 871],
      ['tastetrend_restaurant_info.csv', 4],
    ]);
    expect(sampleOf('eastside').header.join()).toBe(
      'review_number,guest_name,visit_date,satisfaction_score,feedback_comments,venue_location,restaurant_name,' +
        'total_spent,tip_amount,tip_percentage,party_size,age_range,gender,ethnicity',
    );
    expect(allRows).toHaveLength(4924);
  });

  test('written files hold the same bytes', () => {
    for (const { name, bytes } of writeSampleFiles({ seed: SEED, dir })) {
      expect(readFileSync(join(dir, name)).equals(bytes)).toBe(true);
    }
  });

  test.each(samples)('$schema: a strict parser reads the rows and lines of the truth', (sample) => {
    const parsed = parse(Buffer.from(sample.bytes), { info: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    expect(parsed[0]?.record).toEqual(sample.header);
    expect(parsed.slice(1).map(({ record }) => record)).toEqual(sample.truth.perRow.map(({ fields }) => fields));
    const text = Buffer.from(sample.bytes).toString('utf8');
    const lines = text.split('\n');
    for (const { line, fields } of sample.truth.perRow) {
      expect(lines[line - 1]?.startsWith(`${at(fields, COLUMN.id)},${at(fields, COLUMN.name)},`)).toBe(true);
    }
    expect(text.normalize('NFC')).toBe(text);
  });

  test('rates of missing values are those of the domain', () => {
    expect(Math.abs(missingShare(allRows, COLUMN.text) - MISSING_TEXT)).toBeLessThan(0.02);
    expect(Math.abs(missingShare(allRows, DEMOGRAPHICS.gender) - MISSING_GENDER)).toBeLessThan(0.02);
    expect(Math.abs(missingShare(allRows, DEMOGRAPHICS.ethnicity) - MISSING_ETHNICITY)).toBeLessThan(0.02);
    for (const { schema, truth } of samples) {
      const { missing } = RESTAURANTS[schema];
      expect(Math.abs(missingShare(truth.perRow, DEMOGRAPHICS.age) - missing.age)).toBeLessThan(0.05);
      for (const [column, rate] of [
        [COLUMN.name, missing.name],
        [COLUMN.rating, missing.rating],
        [COLUMN.total, missing.total],
      ] as const) {
        const share = missingShare(truth.perRow, column);
        if (rate === 0) expect(share).toBe(0);
        else expect(Math.abs(share - rate)).toBeLessThan(0.035);
      }
    }
  });

  test('texts are 58 to 4,552 code points long, 589 on average, with quotes, commas, line breaks and astral characters', () => {
    const lengths = texts.map((text) => [...text].length);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(58);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4552);
    expect(Math.max(...lengths)).toBeGreaterThan(3500);
    expect(Math.abs(mean - 589)).toBeLessThan(30);
    for (const pattern of [/"/, /,/, /\n\n/, /[\u{10000}-\u{10ffff}]/u, /[éèêâ]/]) {
      expect(texts.filter((text) => pattern.test(text)).length).toBeGreaterThan(20);
    }
    expect(texts.every((text) => text === text.trim() && !text.includes('  '))).toBe(true);
    // A review's text is nobody else's: different ids never share one.
    const idsOfText = new Map<string, Set<string>>();
    for (const { fields, reviewId } of allRows) {
      const text = at(fields, COLUMN.text);
      if (text !== '') idsOfText.set(text, (idsOfText.get(text) ?? new Set()).add(reviewId));
    }
    expect([...idsOfText.values()].every((ids) => ids.size === 1)).toBe(true);
  });

  test('money agrees with itself', () => {
    let over30 = 0;
    for (const { fields } of allRows) {
      const [tip, percentage, party] = [COLUMN.tip, COLUMN.tipPercentage, COLUMN.party].map((c) =>
        Number(at(fields, c)),
      );
      expect(percentage).toBeGreaterThanOrEqual(0);
      expect(percentage).toBeLessThanOrEqual(40);
      expect(party).toBeGreaterThanOrEqual(1);
      expect(party).toBeLessThanOrEqual(8);
      if ((percentage ?? 0) > 30) over30++;
      const total = at(fields, COLUMN.total);
      if (total !== '') expect(Math.abs(((tip ?? 0) / Number(total)) * 100 - (percentage ?? 0))).toBeLessThan(0.1);
    }
    expect(over30).toBeGreaterThan(40);
    expect(allRows.some(({ fields }) => at(fields, COLUMN.tipPercentage) === '40.0')).toBe(true);
  });

  test('ratings are written as each restaurant does, and mean what the truth says', () => {
    const written = {
      downtown: /^[1-5]$/,
      eastside: /^([1-5]\.0)?$/,
      uptown: /^⭐{1,5}$/u,
      midtown: /^((2|4|6|8|10)\.0)?$/,
    };
    for (const { schema, truth } of samples) {
      for (const { fields, rating, ratingIsUploaded } of truth.perRow) {
        const field = at(fields, COLUMN.rating);
        expect(field).toMatch(written[schema]);
        expect(field !== '').toBe(ratingIsUploaded);
        if (field === '') continue;
        const value = schema === 'uptown' ? field.length : Number(field) / (schema === 'midtown' ? 2 : 1);
        expect(value).toBe(rating);
      }
      expect(new Set(truth.perRow.map(({ rating }) => rating)).size).toBe(5);
      expect(truth.uploadedRatings).toBe(truth.perRow.filter(({ ratingIsUploaded }) => ratingIsUploaded).length);
      expect(truth.uploadedDates).toBe(truth.rows);
    }
  });

  test('eastside mixes three date formats row by row, with days over 12 in both orders; the others write ISO', () => {
    for (const { schema, truth } of samples) {
      for (const { fields, date } of truth.perRow) expect(parseDate(at(fields, COLUMN.date))).toBe(date);
      const formats = truth.perRow.map(({ dateFormat }) => dateFormat);
      if (schema !== 'eastside') {
        expect(new Set(formats)).toEqual(new Set(['iso']));
        continue;
      }
      expect(Math.abs(formats.filter((format) => format === 'iso').length / formats.length - 0.341)).toBeLessThan(0.04);
      for (const format of ['day_first', 'month_first']) {
        const days = truth.perRow
          .filter(({ dateFormat }) => dateFormat === format)
          .map(({ date }) => Number(date.slice(8)));
        expect(days.some((day) => day > 12) && days.some((day) => day <= 12)).toBe(true);
      }
    }
  });

  test('prefixes: Guest_ in eastside, Client_ in uptown, Customer_ everywhere', () => {
    const firstHand = (schema: ReviewSample['schema'], prefix: string) =>
      sampleOf(schema).truth.perRow.filter(({ copyOf, fields }) => copyOf === null && at(fields, 1).startsWith(prefix))
        .length;
    expect(firstHand('eastside', 'Guest_')).toBeGreaterThan(200);
    expect(firstHand('uptown', 'Client_')).toBeGreaterThan(80);
    expect(firstHand('downtown', 'Customer_')).toBe(583);
    expect(firstHand('midtown', 'Customer_')).toBeGreaterThan(600);
  });

  test('as many rows an id as in the real files; downtown shares 298 rows with other customers', () => {
    const perId = Object.fromEntries(samples.map(({ schema, truth }) => [schema, truth.rows / truth.distinctIds]));
    expect(perId.downtown).toBeCloseTo(1.9, 1);
    expect(perId.eastside).toBeCloseTo(15, 0);
    expect(perId.uptown).toBeCloseTo(6.3, 1);
    for (const { schema, truth } of samples) {
      const accepted = truth.perRow.filter(({ copyOf }) => copyOf === null);
      const byId = Map.groupBy(accepted, ({ reviewId }) => reviewId);
      expect(byId.size).toBe(truth.distinctIds);
      const sharing = [...byId.values()].filter((rows) => rows.length > 1);
      expect(sharing.reduce((sum, rows) => sum + rows.length, 0)).toBe(truth.acceptedSharingId);
      for (const rows of sharing) {
        expect(new Set(rows.map(({ date, rating }) => `${date} ${rating}`)).size).toBe(1);
        const names = rows.map(({ fields }) => at(fields, COLUMN.name)).filter((name) => name !== '');
        expect(new Set(names).size).toBe(names.length);
        if (schema === 'downtown') expect(new Set(rows.map(({ fields }) => at(fields, COLUMN.text))).size).toBe(1);
      }
    }
    expect(sampleOf('downtown').truth.acceptedSharingId).toBe(298);
  });

  test('variants of a text differ by a typo, collapsed line breaks or an added sentence', () => {
    const kinds = { same: 0, typo: 0, collapsed: 0, added: 0, other: 0 };
    for (const rows of Map.groupBy(sampleOf('eastside').truth.perRow, ({ reviewId }) => reviewId).values()) {
      const variants = rows.map(({ fields }) => at(fields, COLUMN.text)).filter((text) => text !== '');
      const counts = Map.groupBy(variants, (text) => text);
      const [base = ''] = [...counts.keys()].sort(
        (a, b) => (counts.get(b)?.length ?? 0) - (counts.get(a)?.length ?? 0),
      );
      for (const text of variants) {
        const isTypo = Math.abs(text.length - base.length) <= 1 && differingMiddle(text, base) <= 2;
        if (text === base) kinds.same++;
        else if (text.replace(/\n+/g, ' ') === base.replace(/\n+/g, ' ')) kinds.collapsed++;
        else if (text.startsWith(`${base} `)) kinds.added++;
        else if (isTypo) kinds.typo++;
        else kinds.other++;
      }
    }
    expect(kinds.same).toBeGreaterThan(400);
    expect(kinds.typo).toBeGreaterThan(200);
    expect(kinds.collapsed).toBeGreaterThan(50);
    expect(kinds.added).toBeGreaterThan(100);
    // Where no variant is clearly the commonest, the base may be taken for one of the variants.
    expect(kinds.other).toBeLessThan(60);
  });

  test.each(samples)(
    '$schema: the rules of the domain, applied naively, find exactly the copies of the truth',
    ({ truth }) => {
      const found = naiveDuplicates(truth.perRow.map(({ fields }) => fields));
      expect(found).toEqual(truth.perRow.map(({ copyOf }) => copyOf));
      expect(found.filter((original) => original !== null)).toHaveLength(truth.duplicates);
      expect(truth.accepted + truth.duplicates).toBe(truth.rows);
      expect(truth.duplicates / truth.rows).toBeCloseTo(0.05, 2);
      // At the end of the file, each of a row of its own.
      expect(found.slice(0, truth.accepted).every((original) => original === null)).toBe(true);
      expect(new Set(found.slice(truth.accepted)).size).toBe(truth.duplicates);
    },
  );

  test.each(samples)(
    '$schema: no two other rows agree in id, date, money and party, whatever their demographics',
    ({ truth }) => {
      const accepted = truth.perRow.filter(({ copyOf }) => copyOf === null);
      const keys = accepted.map(({ fields, reviewId, date }) => [reviewId, date, ...fields.slice(8, 11)].join('|'));
      expect(new Set(keys).size).toBe(accepted.length);
    },
  );

  test.each(samples)(
    '$schema: copies repeat money, demographics and text, and state what their originals lack',
    ({ truth }) => {
      const recoverable = { customer_name: 0, rating: 0, total_spent: 0 };
      for (const copy of truth.perRow) {
        if (copy.copyOf === null) continue;
        const original = truth.perRow[copy.copyOf] ?? expect.fail('the original is a row of the file');
        expect(at(copy.fields, COLUMN.id)).toMatch(new RegExp(`^${original.reviewId}_(copy|dup)$`));
        expect(copy.date).toBe(original.date);
        expect(copy.fields.slice(8)).toEqual(original.fields.slice(8));
        expect(at(copy.fields, COLUMN.text)).toBe(at(original.fields, COLUMN.text));
        const lacked: Record<string, string> = {};
        for (const [column, index] of [
          ['customer_name', COLUMN.name],
          ['rating', COLUMN.rating],
          ['total_spent', COLUMN.total],
        ] as const) {
          const [theirs, ours] = [at(original.fields, index), at(copy.fields, index)];
          if (theirs === '' && ours !== '') {
            recoverable[column]++;
            lacked[column] = ours;
          } else if (ours !== '' && column !== 'customer_name') expect(ours).toBe(theirs);
          else if (ours !== '') expect(ours.replace(/^[A-Z][a-z]+_/, '')).toBe(theirs.replace(/^[A-Z][a-z]+_/, ''));
        }
        expect(original.recoverable).toEqual(lacked);
      }
      expect(recoverable).toEqual(truth.recoverable);
    },
  );

  test('eastside and midtown have values to recover, of each kind', () => {
    for (const schema of ['eastside', 'midtown'] as const) {
      expect(Math.min(...Object.values(sampleOf(schema).truth.recoverable)), schema).toBeGreaterThan(0);
    }
  });
});

/** The middle of the longer text that is left when the common start and the common end are taken away. */
function differingMiddle(a: string, b: string): number {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return Math.max(a.length, b.length) - start - end;
}

function parseDate(text: string): string | undefined {
  const dayFirst = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(text);
  if (dayFirst) return `${dayFirst[3]}-${dayFirst[2]}-${dayFirst[1]}`;
  const monthFirst = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text);
  if (monthFirst) return `${monthFirst[3]}-${monthFirst[1]}-${monthFirst[2]}`;
  return /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined;
}

/** For each row the index of the row it repeats, by the domain's two rules, comparing every pair of rows; else null. */
function naiveDuplicates(rows: readonly (readonly string[])[]): (number | null)[] {
  const cleaned = rows.map((fields) => [
    at(fields, 0).replace(/_(copy|dup)$/, ''),
    at(fields, 1)
      .replace(/^(Guest|Client)_/, '')
      .trim(),
    parseDate(at(fields, 2)) ?? '',
    ...fields.slice(3).map((field) => field.trim()),
  ]);
  const whole = cleaned.map((fields) => JSON.stringify(fields));
  const visit = cleaned.map((fields) => JSON.stringify([fields[0], fields[2], ...fields.slice(8)]));
  return rows.map((fields, index) => {
    const earlier = whole.findIndex((other, place) => place < index && other === whole[index]);
    if (earlier >= 0) return earlier;
    if (!/_(copy|dup)$/.test(at(fields, 0))) return null;
    const agreeing = visit.findIndex((other, place) => place !== index && other === visit[index]);
    return agreeing >= 0 ? agreeing : null;
  });
}
