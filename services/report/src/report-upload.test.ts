import {
  type Bias,
  biasSchema,
  type Manifest,
  manifestKey,
  pipeline,
  reportKey,
  type Validation,
  validationSchema,
} from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { CommittedObjectError, ReportNotKeptError } from './errors.ts';
import { type ReportPorts, type ReportSettings, reportUpload } from './report-upload.ts';
import {
  countsOf,
  GONE,
  IDENTITY,
  IGNORED,
  manifestOf,
  profileOf,
  REJECTED,
  rows,
  SOURCE,
  tableOf,
} from './test-data/tally.ts';

const SETTINGS: ReportSettings = { thresholds: pipeline.checks, bias: pipeline.bias };
const FILE = [...rows(20), ...rows(9, { gender: 'male' }), ...rows(1, { fate: 'duplicates' })];
const PROFILE = profileOf(FILE);
const TABLE = tableOf(FILE);
const MANIFEST = manifestOf(PROFILE, countsOf(FILE), TABLE);
const TABLE_KEY = MANIFEST.outputs.find(({ role }) => role === 'table')?.key ?? '';
const PROFILE_KEY = MANIFEST.outputs.find(({ role }) => role === 'profile')?.key ?? '';
const VALIDATION_KEY = reportKey('validation', SOURCE.uploaded_at, IDENTITY);
const BIAS_KEY = reportKey('bias', SOURCE.uploaded_at, IDENTITY);
const PAGE_KEY = reportKey('report', SOURCE.uploaded_at, IDENTITY);

/** A bucket with S3's If-None-Match, and a list of the steps that were told. */
function bucketOf(objects: Record<string, string>, table: ArrayBuffer | undefined = TABLE) {
  const kept = new Map(Object.entries(objects));
  const ranges: (readonly [number, number])[] = [];
  const steps: string[] = [];
  const ports: ReportPorts = {
    committed: {
      readText: async (key) => kept.get(key),
      readBytes: async (key, start, end) => {
        ranges.push([start, end]);
        return key === TABLE_KEY ? table?.slice(start, end) : undefined;
      },
    },
    reports: {
      readText: async (key) => kept.get(key),
      putOnce: async (key, text) => {
        if (kept.has(key)) return 'refused';
        kept.set(key, text);
        return 'written';
      },
    },
    onStep: (step) => steps.push(step),
  };
  return { kept, steps, ranges, ports };
}

function committed(manifest: Manifest, profile: unknown = PROFILE, table?: ArrayBuffer) {
  const objects = {
    [manifestKey(manifest.identity)]: JSON.stringify(manifest),
    [PROFILE_KEY]: JSON.stringify(profile),
  };
  return bucketOf(objects, table);
}

function completed(manifest: Manifest) {
  return { identity: manifest.identity, manifest_key: manifestKey(manifest.identity) };
}

describe('reportUpload', () => {
  it('writes both summaries and the page where the layout says', async () => {
    const { kept, ports, steps } = committed(MANIFEST);

    const outcome = await reportUpload(completed(MANIFEST), SETTINGS, ports);

    expect(outcome).toEqual({
      kind: 'reported',
      status: 'pass',
      validation: { key: VALIDATION_KEY, keeping: 'written' },
      bias: { key: BIAS_KEY, keeping: 'written' },
      page: { key: PAGE_KEY, keeping: 'written' },
      summaries: {
        validation: validationSchema.parse(JSON.parse(kept.get(VALIDATION_KEY) ?? '')),
        bias: biasSchema.parse(JSON.parse(kept.get(BIAS_KEY) ?? '')),
      },
    });
    expect(VALIDATION_KEY).toMatch(
      /^processed\/logs\/2025\/03\/04\/validation_20250304T050607\.000Z_[0-9a-f]{12}\.json$/,
    );
    expect(validationSchema.parse(JSON.parse(kept.get(VALIDATION_KEY) ?? ''))).toMatchObject({ identity: IDENTITY });
    expect(biasSchema.parse(JSON.parse(kept.get(BIAS_KEY) ?? ''))).toMatchObject({ status: 'measured' });
    expect(steps).toEqual([
      'manifest read',
      'profile read',
      'table read',
      'validation written',
      'bias written',
      'lineage written',
      'page written',
    ]);
  });

  it('promise 1, once in effect: repeated and concurrent deliveries leave the same bytes', async () => {
    const { kept, ports } = committed(MANIFEST);
    await Promise.all([1, 2, 3].map(() => reportUpload(completed(MANIFEST), SETTINGS, ports)));
    const first = new Map(kept);

    const again = await reportUpload(completed(MANIFEST), SETTINGS, ports);

    expect(again).toMatchObject({ validation: { keeping: 'there' }, bias: { keeping: 'there' } });
    expect(kept).toEqual(first);
    const elsewhere = committed(MANIFEST);
    await reportUpload(completed(MANIFEST), SETTINGS, elsewhere.ports);
    expect(elsewhere.kept).toEqual(first);
  });

  it('does not measure again what is there', async () => {
    const { ranges, ports } = committed(MANIFEST);
    await reportUpload(completed(MANIFEST), SETTINGS, ports);
    const first = ranges.length;
    await reportUpload(completed(MANIFEST), SETTINGS, ports);
    expect([first, ranges.length]).toEqual([1, 1]);
  });

  it('makes the page again of the summaries that are there, without the table', async () => {
    const { kept, ranges, ports } = committed(MANIFEST);
    await reportUpload(completed(MANIFEST), SETTINGS, ports);
    const page = kept.get(PAGE_KEY);
    kept.delete(PAGE_KEY);
    const outcome = await reportUpload(completed(MANIFEST), SETTINGS, ports);
    expect(outcome).toMatchObject({ validation: { keeping: 'there' }, page: { keeping: 'written' } });
    expect([kept.get(PAGE_KEY), ranges.length]).toEqual([page, 1]);
  });

  it('makes the validation again to the same bytes, beside a bias summary that is there', async () => {
    const { kept, ports } = committed(MANIFEST);
    await reportUpload(completed(MANIFEST), SETTINGS, ports);
    const first = kept.get(VALIDATION_KEY);
    kept.delete(VALIDATION_KEY);
    const outcome = await reportUpload(completed(MANIFEST), SETTINGS, ports);
    expect(outcome).toMatchObject({ validation: { keeping: 'written' }, bias: { keeping: 'there' } });
    expect(kept.get(VALIDATION_KEY)).toBe(first);
  });

  it('completes what a crash between the two summaries left', async () => {
    const { kept, ports } = committed(MANIFEST);
    await reportUpload(completed(MANIFEST), SETTINGS, ports);
    kept.delete(BIAS_KEY);

    const outcome = await reportUpload(completed(MANIFEST), SETTINGS, ports);

    expect(outcome).toMatchObject({ validation: { keeping: 'there' }, bias: { keeping: 'written' } });
  });

  it('leaves a summary of other thresholds as it is, and gives the status that it says', async () => {
    const { kept, ports } = committed(MANIFEST);
    const strict = { ...pipeline.checks, accepted_rows_min: { warn_under: null, fail_under: 1000 } };
    await reportUpload(completed(MANIFEST), { ...SETTINGS, thresholds: strict }, ports);
    const first = kept.get(VALIDATION_KEY);

    const outcome = await reportUpload(completed(MANIFEST), SETTINGS, ports);

    expect(outcome).toMatchObject({
      status: 'fail',
      validation: { keeping: 'there_by_other_rules' },
      bias: { keeping: 'there' },
    });
    expect(kept.get(VALIDATION_KEY)).toBe(first);
  });

  it('leaves a summary of an earlier version of its schema as it is', async () => {
    const { kept, ports } = committed(MANIFEST);
    const earlier = JSON.stringify({ schema: 'tastetrend.bias/1', identity: IDENTITY, overall: null });
    kept.set(BIAS_KEY, earlier);
    const outcome = await reportUpload(completed(MANIFEST), SETTINGS, ports);
    expect(outcome).toMatchObject({ validation: { keeping: 'written' }, bias: { keeping: 'there' } });
    expect(kept.get(BIAS_KEY)).toBe(earlier);
    expect(kept.get(PAGE_KEY)).toContain('The bias summary is of an earlier version');
  });

  it('reads a small table in one request, and of an inspection, which keeps none, nothing', async () => {
    const { ranges, ports } = committed(MANIFEST);
    await reportUpload(completed(MANIFEST), SETTINGS, ports);
    expect(ranges).toEqual([[0, TABLE.byteLength]]);

    const inspected = manifestOf(PROFILE, countsOf(FILE), new ArrayBuffer(0));
    const { kept, ranges: none, ports: inspection } = committed(inspected);
    await reportUpload(completed(inspected), SETTINGS, inspection);
    expect(none).toEqual([]);
    expect(JSON.parse(kept.get(BIAS_KEY) ?? '')).toMatchObject({ status: 'not_applicable', resampling: null });
  });

  it('reports a rejected file: bad data is no error', async () => {
    const { kept, ports } = committed(REJECTED);
    expect(await reportUpload(completed(REJECTED), SETTINGS, ports)).toMatchObject({ status: 'fail' });
    expect((JSON.parse(kept.get(BIAS_KEY) ?? '') as Bias).status).toBe('not_applicable');
  });

  it('reports a version that is gone under a name without a time, and with its whole identity', async () => {
    const { kept, ports } = committed(GONE);
    const outcome = await reportUpload(completed(GONE), SETTINGS, ports);
    const key = `processed/logs/undated/validation_undated_${GONE.identity}.json`;
    expect(outcome).toMatchObject({ status: 'warn', validation: { key } });
    expect((JSON.parse(kept.get(key) ?? '') as Validation).source.uploaded_at).toBeNull();
  });

  it('writes nothing for a folder marker', async () => {
    const { kept, ports } = committed(IGNORED);
    const before = new Map(kept);
    expect(await reportUpload(completed(IGNORED), SETTINGS, ports)).toEqual({ kind: 'nothing_to_report' });
    expect(kept).toEqual(before);
  });
});

describe('promise 6, a broken world is retried', () => {
  const attempt = (ports: ReportPorts) => reportUpload(completed(MANIFEST), SETTINGS, ports);

  it.each([
    ['no manifest', { [PROFILE_KEY]: JSON.stringify(PROFILE) }, /is not there/],
    ['a manifest that is no JSON', { [manifestKey(IDENTITY)]: '<html>' }, /is no JSON/],
    ['a manifest of another shape', { [manifestKey(IDENTITY)]: '{}' }, /is not what its schema says/],
    ['the manifest of another version', { [manifestKey(IDENTITY)]: JSON.stringify(IGNORED) }, /is the manifest of/],
    ['no profile', { [manifestKey(IDENTITY)]: JSON.stringify(MANIFEST) }, /profile\.json is not there/],
    [
      'a profile with other bytes than its manifest says',
      { [manifestKey(IDENTITY)]: JSON.stringify(MANIFEST), [PROFILE_KEY]: `${JSON.stringify(PROFILE)} ` },
      /SHA-256/,
    ],
  ])('%s', async (_, objects, expected) => {
    const { kept, ports } = bucketOf(objects as unknown as Record<string, string>);
    const refused = await attempt(ports).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CommittedObjectError);
    expect((refused as Error).message).toMatch(expected);
    expect([...kept.keys()].filter((key) => key.includes('/logs/'))).toEqual([]);
  });

  const other = tableOf(FILE, 'f'.repeat(64));
  const fewer = tableOf(FILE.slice(1));
  const text = Buffer.from('not a table, but text');
  const noTable = text.buffer.slice(text.byteOffset, text.byteOffset + text.length) as ArrayBuffer;
  it.each([
    ['another version’s table', other, other, /says that it is of f{64}/],
    ['a table of other rows', fewer, fewer, /has 28 rows, its manifest 29 accepted/],
    ['no parquet file', noTable, noTable, /cannot be read/],
    ['a table with other bytes than its manifest says', TABLE, TABLE.slice(0), undefined],
    ['a table that is cut', TABLE, TABLE.slice(0, -9), /ends before its manifest says/],
  ])('%s', async (_, promised, there, expected) => {
    const manifest = manifestOf(PROFILE, countsOf(FILE), promised);
    if (expected === undefined) new Uint8Array(there)[20] = 255 - (new Uint8Array(there)[20] ?? 0);
    const { kept, ports } = committed(manifest, PROFILE, there);
    const refused = await reportUpload(completed(manifest), SETTINGS, ports).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CommittedObjectError);
    expect((refused as Error).message).toMatch(expected ?? /its SHA-256 differs/);
    expect(kept.has(BIAS_KEY)).toBe(false);
  });

  it('does not take a refused write for a summary that is there', async () => {
    const { ports } = committed(MANIFEST);
    const reports = { ...ports.reports, putOnce: async () => 'refused' as const };
    await expect(attempt({ ...ports, reports })).rejects.toBeInstanceOf(ReportNotKeptError);
  });

  it('writes again when another writer was in the way and then was not there', async () => {
    const { ports } = committed(MANIFEST);
    let writes = 0;
    const putOnce = (key: string, text: string) =>
      writes++ === 0 ? Promise.resolve('refused' as const) : ports.reports.putOnce(key, text);
    const outcome = await attempt({ ...ports, reports: { ...ports.reports, putOnce } });
    expect(outcome).toMatchObject({ validation: { keeping: 'written' } });
  });

  it('does not take the summary of another version for its own', async () => {
    const { kept, ports } = committed(MANIFEST);
    await attempt(ports);
    const text = kept.get(VALIDATION_KEY) ?? '';
    kept.set(VALIDATION_KEY, text.replaceAll(IDENTITY, '0'.repeat(64)));
    await expect(attempt(ports)).rejects.toThrow(/is taken by/);
  });
});
