/** The table of metrics, held against what the functions write on a real run: same names, units and dimensions. */
import { readFileSync } from 'node:fs';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  type CompletionDetail,
  completionDetailOf,
  identityOf,
  type Manifest,
  manifestKey,
  pipeline,
  UNFIT_IN,
} from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RESTAURANT_INFO_FILE } from '../generator/restaurant-info.ts';
import { RESTAURANTS } from '../generator/restaurants.ts';
import { generateSampleFiles } from '../generator/samples.ts';
import {
  canRunPipeline,
  eventually,
  type LogLine,
  objectCreatedEvent,
  type RunningPipeline,
  scheduledEvent,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { reviewFile, tinyFile, UNREADABLE } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: metrics';

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly service: string;
  readonly dimensions: readonly string[];
}

const TABLE = JSON.parse(
  readFileSync(new URL('../../../contracts/metrics.json', import.meta.url), 'utf8'),
) as readonly Metric[];

/** What this run cannot bring about, and where it is asserted instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  LeaseWaits: 'two workers at one version at the same time: races.test.ts and crash.test.ts bring that about by faults',
};

/** CloudWatch's limit, and ours: a dimension of more values than this has no place in a metric. */
const VALUES_MAX = 50;

const REFERENCE = Buffer.from(generateSampleFiles(3).find(({ kind }) => kind === 'restaurant_info')?.bytes ?? '');
const [IN_REFERENCE, NOT_IN_REFERENCE] = [RESTAURANTS.downtown.restaurantName, 'Chez Personne'];
const KNOWN = reviewFile(7, 400, { badRowRate: 0.05 });
const UNHEARD_OF = `review_id,date,rating,review_text,business_name
r1,2026-01-02,5,fine,${NOT_IN_REFERENCE}
r2,yesterday,4,good,${NOT_IN_REFERENCE}
r3,2026-01-04,no idea,bad,${NOT_IN_REFERENCE}
r4,2026-01-04,3,bad again,${NOT_IN_REFERENCE}
`;

interface Emitted extends Metric {
  readonly value: number;
  readonly values: Readonly<Record<string, string>>;
}

function emittedBy(line: LogLine): Emitted[] {
  const metadata = line._aws as
    | { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[] }
    | undefined;
  return (metadata?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions, Metrics }) => {
    expect(Namespace).toBe(pipeline.emf_namespace);
    return Metrics.flatMap(({ Name: name, Unit: unit }) =>
      Dimensions.map((set) => ({
        name,
        unit,
        service: String(line.service),
        value: Number([line[name]].flat()[0]),
        dimensions: [...set].sort(),
        values: Object.fromEntries(set.map((dimension) => [dimension, String(line[dimension])])),
      })),
    );
  });
}

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let emitted: Emitted[];
  beforeAll(async () => {
    p = await startPipeline({ functions: ['transform', 'report', 'ingest'] });
    // First, so that the report knows the restaurants when it meets their reviews.
    await p.run(RESTAURANT_INFO_FILE, REFERENCE);
    await p.run('downtown.csv', KNOWN.bytes);
    await p.run('unheard-of.csv', UNHEARD_OF);
    const { version } = await p.run('good.csv', tinyFile('fine', 'good'));
    await p.run('bad.pdf', UNREADABLE);
    await p.upload('folder/', '');
    await p.run('removed.csv', tinyFile('fine'));
    await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.raw, Key: 'removed.csv' }));
    const gone = { bucket: p.resources.buckets.raw, key: 'gone.csv', versionId: 'no-such-version' };
    const again = JSON.parse(p.uploadMessages('good.csv')[0] ?? 'null') as Record<string, unknown>;
    await p.send('transform', objectCreatedEvent(gone), { ...again, 'replay-name': 'by-hand' }, { is: 'no event' });
    const { detail } = p.completions(version.identity)[0] ?? {};
    const event = { id: 'again', source: 'tastetrend.transform', 'detail-type': 'File Version Completed', detail };
    await p.send('report', { ...again, ...event }, { is: 'no event' });
    await p.send('report', { ...again, ...event, detail: await completionOfWhatCannotBe(version) });
    await p.send('ingest', scheduledEvent(), { is: 'no event' });
    await eventually('every metric that this run brings about', async () => {
      const logs = ['transform', 'report', 'ingest'] as const;
      const lines = (await Promise.all(logs.map((name) => p.logLines(name)))).flat();
      emitted = lines.flatMap(emittedBy);
      const names = new Set(emitted.map(({ name }) => name));
      return TABLE.every(({ name }) => names.has(name) || name in ELSEWHERE) || undefined;
    });
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  /** A manifest that names another version's profile, as no code of ours makes one. @returns its event's detail */
  async function completionOfWhatCannotBe(version: UploadedVersion): Promise<CompletionDetail> {
    const manifest = await p.readJson<Manifest>(manifestKey(version.identity));
    const source = { ...manifest.source, version_id: 'made-up' };
    const identity = identityOf({ bucket: source.bucket, key: source.key, versionId: source.version_id });
    // Without its table, which says itself whose it is, and would be found out before anything is counted.
    const outputs = manifest.outputs.filter(({ role }) => role !== 'table');
    const made = { ...manifest, identity, source, outputs };
    const Bucket = p.resources.buckets.processed;
    await p.s3.send(new PutObjectCommand({ Bucket, Key: manifestKey(identity), Body: JSON.stringify(made) }));
    return completionDetailOf(made, Bucket);
  }

  const line = ({ name, unit, service, dimensions }: Metric) =>
    `${service}: ${name} in ${unit} by ${[...dimensions].sort().join(', ')}`;

  it('everything that is written is in the table, as it is written', () => {
    const table = TABLE.map(line);
    for (const metric of new Set(emitted.map(line))) expect(table).toContain(metric);
  });

  it('everything in the table is written, but for what is asserted elsewhere', () => {
    const written = new Set(emitted.map(line));
    const missing = TABLE.filter((metric) => !written.has(line(metric))).map(({ name }) => name);
    expect(missing.filter((name) => !(name in ELSEWHERE))).toEqual([]);
  });

  it('no dimension has many values, or one out of a file', () => {
    const values = new Map<string, Set<string>>();
    for (const metric of emitted) {
      for (const [dimension, value] of Object.entries(metric.values)) {
        values.set(dimension, (values.get(dimension) ?? new Set()).add(value));
      }
    }
    expect([...values.keys()].sort()).toEqual(['environment', 'restaurant', 'rule', 'service', 'status']);
    for (const [, found] of values) expect(found.size).toBeLessThanOrEqual(VALUES_MAX);
    expect([...(values.get('restaurant') ?? [])].sort()).toEqual([IN_REFERENCE, 'other'].sort());
    for (const rule of values.get('rule') ?? []) expect(Object.keys(UNFIT_IN)).toContain(rule);
  });

  /** Of each value of a dimension what was written, by how often. */
  const written = (name: string, dimension: string) =>
    Object.fromEntries(
      [
        ...Map.groupBy(
          emitted.filter((one) => one.name === name),
          ({ values }) => values[dimension],
        ),
      ].map(([value = '', found]) => [value, found.map((one) => one.value)]),
    );

  it('the restaurants of the reference data have their own, and a file of any other is in `other`', () => {
    const { rows_read, accepted, quarantined } = KNOWN.counts;
    const accepteds = written('RestaurantRowsAccepted', 'restaurant');
    expect(accepteds[IN_REFERENCE]).toEqual([accepted]);
    // good.csv and removed.csv say nothing of a restaurant.
    expect(accepteds.other?.toSorted()).toEqual([1, 2, 4]);
    expect(written('RestaurantRowsQuarantined', 'restaurant')[IN_REFERENCE]).toEqual([(100 * quarantined) / rows_read]);
    expect(quarantined).toBeGreaterThan(0);
    expect(written('RestaurantValuesUnreadable', 'restaurant').other?.toSorted()).toEqual([0, 0, 25]);
  });

  it('values that could not be used are counted by rule', () => {
    const values = written('ValuesUnreadable', 'rule');
    expect(values.date_unreadable).toEqual([1]);
    expect(values.rating_unreadable).toEqual([1]);
  });

  it('bias flags are written of every upload that was measured, and of no other', () => {
    const flags = emitted.filter(({ name }) => name === 'BiasFlags');
    expect(flags).toHaveLength(4);
    for (const { value } of flags) expect(Number.isInteger(value)).toBe(true);
  });
});
