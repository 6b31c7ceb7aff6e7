import { createHash } from 'node:crypto';
import { pipeline } from '@tastetrend/contracts';
import { generateReviews, generateSample, generateSampleFiles, type SchemaName } from '@tastetrend/testing';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { processed, type Row, rawBytes, type Transformed, transformed } from './transformed.fixture.ts';

const SEED = 20_261_122;
const SCHEMAS: readonly SchemaName[] = ['downtown', 'eastside', 'uptown', 'midtown'];
const SCALE: Record<SchemaName, number> = { downtown: 5, eastside: 5, uptown: 5, midtown: 10 };

const samples = new Map(SCHEMAS.map((schema) => [schema, generateSample(SEED, schema)] as const));
const sampleOf = (schema: SchemaName) => samples.get(schema) ?? expect.fail(schema);
const results = new Map<SchemaName, Promise<Transformed>>();
function resultOf(schema: SchemaName): Promise<Transformed> {
  const known = results.get(schema) ?? processed(sampleOf(schema).bytes);
  results.set(schema, known);
  return known;
}

const byLine = <T extends { line: number }>(lines: readonly T[]) => new Map(lines.map((entry) => [entry.line, entry]));
const isoDay = (days: unknown) =>
  days === null ? null : new Date(Number(days) * 86_400_000).toISOString().slice(0, 10);
const numberOrNull = (cell: string | undefined) => (cell === '' || cell === undefined ? null : Number(cell));

describe.each(SCHEMAS)(`the sample of %s, seed ${SEED}`, (schema) => {
  const { truth, bytes, header } = sampleOf(schema);

  test('every row is accounted for: accepted, duplicate or quarantined', async () => {
    const { counts, rows, duplicates, quarantine, profile } = await resultOf(schema);
    expect(counts).toEqual({
      rows_read: truth.rows,
      accepted: truth.accepted,
      duplicates: truth.duplicates,
      quarantined: 0,
    });
    expect([rows.length, duplicates.length, quarantine.length]).toEqual([truth.accepted, truth.duplicates, 0]);
    expect(profile.duplicates.copy.count).toBe(truth.duplicates);
    expect(profile.duplicates.exact.count).toBe(0);
    const lines = [...rows.map((row) => Number(row.source_line)), ...duplicates.map(({ line }) => line)];
    expect(lines.sort((a, b) => a - b)).toEqual(truth.perRow.map(({ line }) => line));
  });

  test('every accepted row says what was uploaded, with what its copy gave', async () => {
    const { rows } = await resultOf(schema);
    const accepted = truth.perRow.filter(({ copyOf }) => copyOf === null);
    expect(rows.map((row) => row.source_line)).toEqual(accepted.map(({ line }) => line));
    const idRows = Map.groupBy(accepted, ({ reviewId }) => reviewId);
    rows.forEach((row, i) => {
      const { fields, recoverable, reviewId, date, rating, ratingIsUploaded } = accepted[i] ?? expect.fail();
      const field = (column: number) => fields[column] ?? '';
      const name = (recoverable.customer_name ?? field(1)).replace(/^(Guest|Client)_/, '') || null;
      const raw = recoverable.rating ?? (field(3) || null);
      const [tip, percentage] = [Number(field(8)), Number(field(9))];
      const stated = numberOrNull(recoverable.total_spent ?? field(7));
      const total = stated ?? (percentage > 0 ? (tip / percentage) * 100 : null);
      const text = field(4) || null;
      expect(row).toEqual({
        review_uid: expect.stringMatching(/^[0-9a-f]{32}$/),
        review_id: reviewId,
        customer_name: name,
        review_date: Date.parse(date) / 86_400_000,
        rating_raw: raw,
        rating_scale: raw === null ? null : SCALE[schema],
        rating_1_5: ratingIsUploaded || recoverable.rating !== undefined ? rating : null,
        review_text: text,
        location: field(5),
        restaurant_name: field(6),
        total_spent: total,
        tip_amount: tip,
        tip_percentage: Math.min(percentage, 30),
        party_size: Number(field(10)),
        age_range: field(11) || null,
        gender: field(12) || null,
        ethnicity: field(13) || null,
        gender_norm: NORMS[field(12).toLowerCase()] ?? null,
        ethnicity_norm: field(13) === '' ? null : (ETHNIC_NORMS[field(13).toLowerCase()] ?? expect.fail(field(13))),
        age_group: AGE_GROUPS[field(11)] ?? null,
        log_total_spent: total === null ? null : expect.closeTo(Math.log(1 + total), 9),
        review_length: text === null ? null : [...text].length,
        id_conflict: (idRows.get(reviewId)?.length ?? 0) > 1,
        source_file: 'eastside/reviews.csv',
        source_version: 'v1',
        uploaded_at: Date.UTC(2026, 0, 2, 3, 4, 5),
        source_line: accepted[i]?.line,
        extra: null,
      });
    });
  });

  test('100 % of ratings, dates and texts are read', async () => {
    const { profile } = await resultOf(schema);
    const texts = truth.perRow.filter(({ fields }) => fields[4] !== '').length;
    expect(profile.readability).toEqual({
      ratings: { uploaded: truth.uploadedRatings, readable: truth.uploadedRatings, out_of_scale: 0 },
      dates: { uploaded: truth.uploadedDates, readable: truth.uploadedDates },
      texts: { uploaded: texts, readable: texts },
    });
    expect(Object.keys(profile.rules).filter((rule) => /unreadable|missing|damaged/.test(rule))).toEqual([]);
  });

  test('what copies have and their originals lack is taken over and counted', async () => {
    const { profile } = await resultOf(schema);
    const { customer_name = 0, rating = 0, total_spent = 0, ...others } = profile.recovered;
    expect({ customer_name, rating, total_spent }).toEqual(truth.recoverable);
    expect(others).toEqual({});
  });

  test('every duplicate is listed with the line it repeats and its very bytes', async () => {
    const { duplicates } = await resultOf(schema);
    const found = byLine(duplicates);
    const lines = Buffer.from(bytes).toString('utf8');
    for (const row of truth.perRow) {
      const duplicate = found.get(row.line);
      expect(duplicate === undefined).toBe(row.copyOf === null);
      if (duplicate === undefined) continue;
      expect(duplicate).toMatchObject({
        rule: 'copy',
        repeats_line: truth.perRow[row.copyOf as number]?.line,
        review_id: row.reviewId,
      });
      const raw = rawBytes(duplicate);
      expect(
        Buffer.from(bytes)
          .subarray(duplicate.byte_offset, duplicate.byte_offset + raw.length)
          .equals(raw),
      ).toBe(true);
      expect(parse(raw)[0]).toEqual(row.fields);
      expect(lines.split('\n')[row.line - 1]?.startsWith(row.fields[0] as string)).toBe(true);
    }
  });

  test('id conflicts are those of the truth, and the profile adds up', async () => {
    const { profile, rows } = await resultOf(schema);
    expect(profile.id_conflict_rows).toBe(truth.acceptedSharingId);
    for (const [column, { present, missing }] of Object.entries(profile.columns)) {
      expect(present, column).toBe(rows.filter((row) => row[column as keyof Row] !== null).length);
      expect(present + missing).toBe(truth.accepted);
    }
    const days = rows.flatMap((row) => isoDay(row.review_date) ?? []).sort();
    expect(profile.review_dates).toEqual({ first: days[0], last: days.at(-1) });
    const rated = rows.filter((row) => row.rating_1_5 !== null).length;
    expect(Object.values(profile.ratings).reduce((sum, n) => sum + n, 0)).toBe(rated);
    for (const [attribute, groups] of Object.entries(profile.groups)) {
      const sum = (key: 'uploaded' | 'accepted' | 'duplicates' | 'rated' | 'missing_rating') =>
        Object.values(groups).reduce((total, counts) => total + counts[key], 0);
      expect([sum('uploaded'), sum('accepted'), sum('duplicates')]).toEqual([
        truth.rows,
        truth.accepted,
        truth.duplicates,
      ]);
      expect([sum('rated'), sum('missing_rating')]).toEqual([rated, truth.accepted - rated]);
      for (const [group, counts] of Object.entries(groups)) {
        const own = rows.filter((row) => (row[attribute as keyof Row] ?? 'missing') === group);
        expect(counts.accepted).toBe(own.length);
        expect(counts.missing_text).toBe(own.filter((row) => row.review_text === null).length);
        expect(counts.missing_total_spent).toBe(own.filter((row) => row.total_spent === null).length);
        expect(counts.rating_4_or_more).toBe(own.filter((row) => Number(row.rating_1_5) >= 4).length);
        expect(counts.rating_sum_hundredths).toBe(own.reduce((total, row) => total + Number(row.rating_1_5) * 100, 0));
      }
    }
  });

  test('a second run gives the same bytes', async () => {
    const first = await resultOf(schema);
    expect((await processed(bytes)).outputs.map(({ sha256 }) => sha256)).toEqual(
      first.outputs.map(({ sha256 }) => sha256),
    );
  });

  test('what was inferred says on what evidence', async () => {
    const { inferred } = await resultOf(schema);
    expect(inferred.encoding).toMatchObject({ value: 'utf-8', byte_order_mark: false, ambiguous: false });
    expect(inferred.delimiter?.value).toBe(',');
    expect(inferred.columns.map((column) => column.header)).toEqual(header);
    expect(inferred.columns.every(({ by }) => by !== 'none')).toBe(true);
    expect(inferred.rating_scale).toMatchObject({ value: SCALE[schema], ambiguous: false });
    const orders = inferred.date_orders.map(({ separator, value }) => [separator, value]);
    expect(orders).toEqual(
      schema === 'eastside'
        ? [
            ['/', 'month_first'],
            ['.', 'day_first'],
          ]
        : [],
    );
    expect(inferred.date_orders.every(({ ambiguous_values }) => ambiguous_values === 0)).toBe(true);
  });
});

const NORMS: Record<string, string> = {
  m: 'male',
  male: 'male',
  f: 'female',
  female: 'female',
  other: 'other',
  'non-binary': 'non_binary',
  'prefer not to say': 'undisclosed',
};
const ETHNIC_NORMS: Record<string, string> = {
  white: 'caucasian',
  caucasian: 'caucasian',
  black: 'african_american',
  'african american': 'african_american',
  hispanic: 'hispanic',
  latino: 'hispanic',
  asian: 'asian',
  'native american': 'native_american',
  mixed: 'mixed',
  other: 'other',
};
const AGE_GROUPS: Record<string, string> = {
  '18-25': 'young_adult',
  '26-35': 'adult',
  '36-45': 'mid_age',
  '46-55': 'mature',
  '56-65': 'senior',
  '65+': 'elder',
};

// ---- review_uid ----------------------------------------------------------------------------------------------------

function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`).join('');
}

/** A permutation that depends on the seed alone. */
function shuffled<T>(values: readonly T[], seed: string): T[] {
  const key = (i: number) => createHash('sha256').update(`${seed} ${i}`).digest('hex');
  return values
    .map((value, i) => [key(i), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);
}

/** The uid of each accepted row, by the row's own fields, for a file made of these rows. */
async function uidsOf(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  context = {},
): Promise<Map<string, string>> {
  const result = await processed(csv([header, ...rows]), context);
  let line = 2;
  const lineOf = new Map<number, string>();
  for (const row of rows) {
    lineOf.set(line, JSON.stringify(row));
    line += 1 + row.join('').split('\n').length - 1;
  }
  const uids = result.rows.map(
    (row) => [lineOf.get(Number(row.source_line)) ?? expect.fail(), String(row.review_uid)] as const,
  );
  expect(new Set(uids.map(([, uid]) => uid)).size).toBe(result.rows.length);
  return new Map(uids);
}

describe.each(['downtown', 'midtown'] as const)(`review_uid in the sample of %s, seed ${SEED}`, (schema) => {
  const { header, truth } = sampleOf(schema);
  const rows = truth.perRow.map(({ fields }) => fields);

  test('is unique in the file', async () => {
    const uids = (await resultOf(schema)).rows.map((row) => row.review_uid);
    expect(new Set(uids).size).toBe(truth.accepted);
  });

  test('does not depend on the order of rows', async () => {
    expect(await uidsOf(header, shuffled(rows, 'rows'))).toEqual(await uidsOf(header, rows));
  });

  test('does not depend on the name, version or time of the upload', async () => {
    const context = {
      identity: 'b'.repeat(64),
      sourceFile: 'other.csv',
      sourceVersion: 'v2',
      uploadedAt: '2030-01-01T00:00:00.000Z',
    };
    expect(await uidsOf(header, rows, context)).toEqual(await uidsOf(header, rows));
  });

  test('does not depend on the order and the names of columns, nor on a column more', async () => {
    const synonyms: Record<string, string> = {
      review_id: 'ID',
      id: 'Review Number',
      review_number: 'Review No.',
      name: 'Reviewer',
      customer_name: 'User',
      guest_name: 'Client Name',
      rating_out_of_10: 'Rating (out of 10)',
      gender: 'Sex',
      party_size: 'Guests',
      total_spent: 'Bill',
    };
    const order = shuffled(
      header.map((_, i) => i),
      'columns',
    );
    const headerAgain = [...order.map((i) => synonyms[header[i] as string] ?? (header[i] as string)), 'note'];
    const again = await processed(
      csv([headerAgain, ...rows.map((row) => [...order.map((i) => row[i] as string), 'x'])]),
    );
    const first = await processed(csv([header, ...rows]));
    expect(again.rows.map((row) => row.review_uid)).toEqual(first.rows.map((row) => row.review_uid));
  });

  test('stays the same in an upload with more rows, but for rows that get a sibling equal in all that makes it', async () => {
    const accepted = truth.perRow.filter(({ copyOf }) => copyOf === null);
    const half = shuffled(accepted, 'half').slice(0, accepted.length / 2);
    const makesIt = ({ reviewId, fields, date }: (typeof accepted)[number]) =>
      JSON.stringify([reviewId, fields[1], fields[4], date]);
    const before = Map.groupBy(half, makesIt);
    const after = Map.groupBy(accepted, makesIt);
    const uidsBefore = await uidsOf(
      header,
      half.map(({ fields }) => fields),
    );
    const uidsAfter = await uidsOf(header, rows);
    let compared = 0;
    for (const row of half) {
      if (before.get(makesIt(row))?.length !== after.get(makesIt(row))?.length) continue;
      const key = JSON.stringify(row.fields);
      expect(uidsAfter.get(key)).toBe(uidsBefore.get(key));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(half.length * 0.8);
  });
});

test('review_uid is made of restaurant, id, customer, date and text, and of nothing else', async () => {
  const header = 'id,name,date,text,restaurant,rating,total,note';
  const row = ['R1', 'Ann', '2014-02-07', 'Fine.', 'Luke', '4', '50', 'x'];
  const uidOf = async (cells: readonly string[]) =>
    (await processed(`${header}\n${cells.join()}\n`)).rows[0]?.review_uid;
  const uid = await uidOf(row);
  // hashlib.blake2b(b'4:Luke,2:R1,3:Ann,10:2014-02-07,5:Fine.,', digest_size=16).hexdigest() in Python.
  expect(uid).toBe('5a0329ca90a2370737dc560f9ad10c8d');
  for (const [i, value, isSame] of [
    [0, 'R2', false],
    [1, 'Bo', false],
    [2, '2014-02-08', false],
    [3, 'Fine', false],
    [4, 'Tavern', false],
    [0, 'R1_dup', true],
    [1, 'Guest_Ann', true],
    [2, '"February 7, 2014"', true],
    [5, '5', true],
    [6, '', true],
    [7, 'y', true],
  ] as const) {
    expect((await uidOf(row.with(i, value))) === uid, `${i} ${value}`).toBe(isSame);
  }
});

test('review_uids of rows that agree in all that makes them: the first, and its hash with 1, with 2 …', async () => {
  const { rows } = await processed('id,text,rating\nR1,Größe,4\nR1,Größe,5\nR1,Größe,3\n');
  // Of '-2:R1,--7:Größe,', then of '32:ef87f9c0dd79da766bc69d64f6ce0056,1:1,' and '…,1:2,'.
  expect(rows.map((row) => row.review_uid).sort()).toEqual([
    '3b6d64dbcde1dee93ef0ba9c1547947d',
    'ef87f9c0dd79da766bc69d64f6ce0056',
    'f34bce4cc1ae8833a2873676ca09f762',
  ]);
});

test('review_uid is that of the row before it takes over what it lacks', async () => {
  const alone = await processed('id,name,text,party\nR1,,T,2\n');
  const withCopy = await processed('id,name,text,party\nR1,,T,2\nR1_dup,Ann,T,2\n');
  expect(withCopy.rows).toHaveLength(1);
  expect(withCopy.rows[0]).toMatchObject({ customer_name: 'Ann', review_uid: alone.rows[0]?.review_uid });
});

// ---- broken rows ---------------------------------------------------------------------------------------------------

describe.each(SCHEMAS)(`1,000 rows of %s, one in twenty broken, seed ${SEED}`, (schema) => {
  test('each broken row is set aside with line, place, reason and its very bytes, and harms no other', async () => {
    const generated = generateReviews({ seed: SEED, rows: 1000, schema, badRowRate: 0.05 });
    const bytes = Buffer.concat([...generated.chunks()]);
    const truth = generated.truth();
    const { counts, quarantine, profile, duplicates } = await processed(bytes);
    const broken = truth.quarantined.too_few_fields + truth.quarantined.too_many_fields;
    expect(broken).toBeGreaterThan(30);
    expect(counts).toEqual({
      rows_read: truth.rows,
      accepted: truth.accepted,
      duplicates: truth.duplicates,
      quarantined: broken,
    });
    expect(profile.quarantine).toEqual({
      wrong_field_count: { count: broken, first_lines: quarantine.slice(0, 5).map(({ line }) => line) },
    });
    const { customer_name = 0, rating = 0, total_spent = 0 } = profile.recovered;
    expect({ customer_name, rating, total_spent }).toEqual(truth.recoverable);
    for (const row of quarantine) {
      expect(row.reason).toBe('wrong_field_count');
      const raw = rawBytes(row);
      expect(raw).toHaveLength(row.byte_length);
      expect(bytes.subarray(row.byte_offset, row.byte_offset + row.byte_length).equals(raw)).toBe(true);
      const before = bytes.subarray(0, row.byte_offset).toString('latin1');
      expect(before.endsWith('\n')).toBe(true);
      expect(before.split('\n')).toHaveLength(row.line);
      expect(parse(raw)[0]).not.toHaveLength(14);
    }
    for (const row of duplicates) {
      const raw = rawBytes(row);
      expect(bytes.subarray(row.byte_offset, row.byte_offset + raw.length).equals(raw)).toBe(true);
    }
    for (const groups of Object.values(profile.groups)) expect(groups.unreadable?.quarantined).toBe(broken);
  });
});

test('of what copies have only what their originals lack is held: a small limit is enough for a large file', async () => {
  const limit = pipeline.limits.recovered_bytes_max;
  const before = limit.value;
  limit.value = 100_000;
  try {
    const generated = generateReviews({ seed: SEED, rows: 10_000, schema: 'eastside' });
    const bytes = Buffer.concat([...generated.chunks()]);
    const truth = generated.truth();
    const { counts, profile } = await processed(bytes);
    expect(counts).toMatchObject({ accepted: truth.accepted, duplicates: truth.duplicates, quarantined: 0 });
    expect(profile.recovered).toEqual(truth.recoverable);
    expect(profile.id_conflict_rows).toBe(truth.acceptedSharingId);
    expect(profile.rules.copy_not_held).toBeUndefined();
  } finally {
    limit.value = before;
  }
});

// ---- restaurants' reference data ------------------------------------------------------------------------------------

describe("the restaurants' reference data", () => {
  const sample = generateSampleFiles(SEED).find((file) => file.kind === 'restaurant_info') ?? expect.fail();

  test('has its own table, in the order of the file', async () => {
    const { fileKind, counts, rows, inferred, profile } = await processed(sample.bytes);
    expect(fileKind).toBe('restaurant_info');
    expect(counts).toEqual({ rows_read: 4, accepted: 4, duplicates: 0, quarantined: 0 });
    expect(rows).toEqual(
      sample.truth.perRow.map((cells, i) => ({
        location: cells[0],
        restaurant_name: cells[1],
        original_city: cells[2],
        address: cells[3],
        categories: cells[4],
        avg_stars: Number(cells[5]),
        total_reviews: Number(cells[6]),
        source_file: 'eastside/reviews.csv',
        source_version: 'v1',
        uploaded_at: Date.UTC(2026, 0, 2, 3, 4, 5),
        source_line: i + 2,
        extra: null,
      })),
    );
    expect(inferred).toMatchObject({ rating_scale: null, date_orders: [] });
    expect(profile.columns.avg_stars).toEqual({ present: 4, missing: 0 });
    expect(profile.groups).toEqual({ gender_norm: {}, ethnicity_norm: {}, age_group: {} });
  });

  test.each([
    ['0', 0, '0', 0],
    ['5', 5, '2147483647', 2_147_483_647],
    ['4.5', 4.5, '1,234', 1234],
    ['5.01', null, '2147483648', null],
    ['-0.1', null, '-1', null],
    ['five', null, '2.5', null],
  ])('%s stars are %j, %s reviews %j', async (stars, avgStars, reviews, totalReviews) => {
    const { rows } = await processed(`city,address,avg_stars,total_reviews\nX,1 Row,${stars},"${reviews}"\n`);
    expect(rows).toMatchObject([{ avg_stars: avgStars, total_reviews: totalReviews }]);
  });

  test('keeps what it cannot read, counts it, and lists what repeats a line', async () => {
    const text = [
      'location,restaurant_name,city,address,avg_stars,total_reviews,owner',
      'A,Luke,X,1 Row,6,many,Bo',
      'B,Tavern,X,2 Row,n/a,-1,',
      'A,Luke,X,1 Row,6,many,Bo',
      'broken',
      '',
      'C,,X,3 Row,-0.0,0,',
    ].join('\n');
    const { counts, rows, duplicates, quarantine, profile } = await processed(text);
    expect(counts).toEqual({ rows_read: 5, accepted: 3, duplicates: 1, quarantined: 1 });
    expect(rows.map((row) => row.extra).map((extra) => (extra === null ? null : JSON.parse(String(extra))))).toEqual([
      { owner: 'Bo', avg_stars: '6', total_reviews: 'many' },
      { avg_stars: 'n/a', total_reviews: '-1' },
      null,
    ]);
    expect(rows[2]).toMatchObject({ restaurant_name: null, avg_stars: 0, total_reviews: 0 });
    expect(duplicates).toMatchObject([{ line: 4, rule: 'exact', repeats_line: 2 }]);
    expect(quarantine).toMatchObject([{ line: 5, reason: 'wrong_field_count', raw: 'broken' }]);
    expect(profile.blank_lines).toBe(1);
    expect(profile.rules).toEqual({
      avg_stars_unreadable: { count: 2, first_lines: [2, 4] },
      total_reviews_unreadable: { count: 3, first_lines: [2, 3, 4] },
      word_for_missing: { count: 1, first_lines: [3] },
    });
  });
});

test('how far the work is is told by hundredths, upwards, to the end', async () => {
  const shares: number[] = [];
  const rows = Array.from({ length: 20_000 }, (_, i) => `R${i},Ann,4,${'a text of some length '.repeat(5)}`);
  const onProgress = (share: number) => shares.push(share);
  await transformed(`id,name,rating,text\n${rows.join('\n')}\n`, { onProgress });
  expect(shares.at(-1)).toBe(1);
  expect(shares.length).toBeGreaterThan(5);
  expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
});

test('promise: a review_uid is what the data contract says, computed elsewhere', async () => {
  // hashlib.blake2b(b'10:The Bricks,2:R1,3:Ann,10:2014-02-07,4:Good,', digest_size=16).hexdigest(), and so on.
  const first = '1be907105bb973437fe305f895fe3a9a';
  const second = '78171017efc242c72695dcab41e95409';
  const odd = 'ed82b918eb55a3cf0c6b1e7ca0e1167f';
  const { rows } = await processed(
    'restaurant_name,id,name,date,text,party_size\nThe Bricks,R1_dup,Guest_Ann,07.02.2014,Good,2\n' +
      'The Bricks,R1,Ann,2014-02-07,Good,3\n,R1,,soon,xüy,2\n',
  );
  expect(rows.map((row) => row.review_uid).sort()).toEqual([first, second, odd].sort());
});
