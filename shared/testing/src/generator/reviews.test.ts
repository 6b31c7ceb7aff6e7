import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { generateReviews } from './reviews.ts';
import { generateSample } from './samples.ts';

const SEED = 4_711;
const SCHEMAS = ['downtown', 'eastside', 'uptown', 'midtown'] as const;

describe(`generated reviews of seed ${SEED}`, () => {
  test.each(SCHEMAS)('%s: a parser finds the counts of the truth, malformed rows among them', (schema) => {
    const file = generateReviews({ seed: SEED, rows: 5_000, schema, badRowRate: 0.01 });
    const bytes = Buffer.concat([...file.chunks()]);
    const truth = file.truth();
    const [, ...rows] = parse(bytes, { relax_column_count: true }) as string[][];
    expect(rows).toHaveLength(5_000);
    expect(rows.filter((row) => row.length < 14)).toHaveLength(truth.quarantined.too_few_fields);
    expect(rows.filter((row) => row.length > 14)).toHaveLength(truth.quarantined.too_many_fields);
    const sound = rows.filter((row) => row.length === 14);
    expect(sound).toHaveLength(4_950);
    expect(sound.filter((row) => /_(copy|dup)$/.test(row[0] ?? ''))).toHaveLength(truth.duplicates);
    expect(new Set(sound.map((row) => row[0]?.replace(/_(copy|dup)$/, ''))).size).toBe(truth.distinctIds);
    expect(sound.filter((row) => row[3] !== '')).toHaveLength(truth.uploadedRatings);
    expect(truth).toMatchObject({ rows: 5_000, accepted: 4_702, duplicates: 248, uploadedDates: 4_950 });
    expect(bytes.length / 5_000).toBeGreaterThan(480);
    expect(bytes.length / 5_000).toBeLessThan(600);
  });

  test("a file of a sample's size without bad rows is the sample", () => {
    const file = generateReviews({ seed: SEED, rows: 871, schema: 'midtown' });
    expect(Buffer.concat([...file.chunks()]).equals(generateSample(SEED, 'midtown').bytes)).toBe(true);
  });

  test('the size of the chunks does not change the bytes', () => {
    const digest = (chunkBytes: number) => {
      const hash = createHash('sha256');
      const file = generateReviews({ seed: SEED, rows: 3_000, schema: 'uptown', badRowRate: 0.002, chunkBytes });
      for (const chunk of file.chunks()) hash.update(chunk);
      return hash.digest('hex');
    };
    expect(digest(1)).toBe(digest(1 << 20));
  });

  test.each([
    [0, 0],
    [1, 0],
    [1, 1],
    [7, 0.5],
    [20, 0],
    [40, 1],
  ])('%i rows with %d of them bad add up', (rows, badRowRate) => {
    const file = generateReviews({ seed: SEED, rows, schema: 'downtown', badRowRate });
    const parsed = parse(Buffer.concat([...file.chunks()]), { relax_column_count: true }) as string[][];
    const { accepted, duplicates, quarantined, rows: counted } = file.truth();
    expect(parsed).toHaveLength(rows + 1);
    expect(counted).toBe(rows);
    expect(accepted + duplicates + quarantined.too_few_fields + quarantined.too_many_fields).toBe(rows);
  });

  test('the truth is not told before the file is read', () => {
    const file = generateReviews({ seed: SEED, rows: 10, schema: 'downtown' });
    expect(() => file.truth()).toThrow(/only when all its chunks/);
  });

  test.each([{ rows: -1 }, { rows: 1.5 }, { badRowRate: 1.1 }, { badRowRate: Number.NaN }])(
    'options that make no sense are refused: %o',
    (wrong) => {
      const file = generateReviews({ seed: SEED, rows: 10, schema: 'downtown', ...wrong });
      expect(() => [...file.chunks()]).toThrow(/must/);
    },
  );
});
