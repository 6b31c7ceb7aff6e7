/** The operator's verbs, as a shell runs them, against a running pipeline. */
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { currentTableKey } from '@tastetrend/contracts';
import { reportKeysOf } from '@tastetrend/ingest';
import { LOCAL_CREDENTIALS } from '@tastetrend/local';
import { canRunPipeline, eventually, type RunningPipeline, startPipeline } from '@tastetrend/testing/pipeline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ACTED_ON, GOOD, HOSTILE, tastetrend, testFolder } from '../command.fixture.ts';

vi.setConfig({ testTimeout: 90_000 });
const SUITE = 'promise 5, nothing hidden: the operator’s verbs';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  const folder = testFolder();
  let p: RunningPipeline;
  let environment: Record<string, string>;
  beforeAll(async () => {
    p = await startPipeline({ timeFactor: 120 });
    environment = {
      AWS_ENDPOINT_URL: p.stack.endpoint,
      AWS_REGION: p.stack.region,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    };
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const run = (...args: string[]) => tastetrend(folder, [...args, '--env', 'e2e'], environment);
  async function json(...args: string[]) {
    const { code, stdout, stderr } = await run(...args, '--json');
    expect(stderr).not.toMatch(/\n\s+at /);
    return { code, told: JSON.parse(stdout) };
  }
  const tiny = (text: string) => `review_id,date,rating,review_text\n1,2026-01-01,5,${text}\n`;

  it('dlq: list, show and replay, for people and as JSON, with nothing that a terminal would act on', async () => {
    expect(await json('dlq', 'list')).toMatchObject({ code: 0 });
    const empty = await run('dlq', 'list');
    expect(empty.stdout).toContain('Nothing is dead.');
    expect((await run('dlq', 'show')).stdout).toContain('transform-completed-dlq: empty');

    const key = `${HOSTILE}.csv`;
    const fault = await p.inject({ request: '^PUT .*/table\\.parquet', action: 'refuse' });
    const { identity } = await p.upload('dead/a.csv', tiny('a'));
    await p.send('transform', {
      id: '1',
      source: 'aws.s3',
      'detail-type': 'Object Created',
      time: 'now',
      detail: { bucket: { name: 'elsewhere' }, object: { key } },
    });
    await eventually('both are dead', async () => (await p.depth('transform-dlq')).visible === 2 || undefined);

    const shown = await run('dlq', 'show', 'transform-dlq');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('transform-dlq: 2 (transform could not work on)');
    expect(shown.stdout).toMatch(
      /dead\/a\.csv {2}version \S+\n {4}first sent .*\n {4}failed 5 of 5 times.*\n {4}cause: BrokenWorldError: cannot write/,
    );
    expect(shown.stdout).toContain(String.raw`a\u001b[31m\u0007`);
    expect(shown.stdout).toMatch(/cause: ForeignMessageError: the event is about bucket elsewhere/);
    expect(shown.stdout.replaceAll('\n', '')).not.toMatch(ACTED_ON);
    const { told } = await json('dlq', 'show', 'transform-dlq');
    expect(told.queues[0].messages.map((letter: { key: string }) => letter.key).sort()).toEqual(
      [key, 'dead/a.csv'].sort(),
    );

    await fault.remove();
    const dry = await json('dlq', 'replay', 'transform-dlq', '--only', 'dead/*', '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      told: { is_dry_run: true, queues: [{ replayed: 1, passed_over: 1, left: 2 }] },
    });
    const replayed = await json('dlq', 'replay', 'transform-dlq', '--only', 'dead/*', '--max-per-second', '5');
    expect(replayed).toMatchObject({
      code: 0,
      told: { queues: [{ by: 'replayer', replayed: 1, left: 1, failed_again: 0 }] },
    });
    await p.waitFor(identity, 'reported');
    const again = await run('dlq', 'replay', 'transform-dlq', '--only', 'dead/*');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/transform-dlq +transform +1 +0 +1 +0 +1 +one by one/);
    await p.takeDeadLetters('transform-dlq');
    expect(await run('dlq', 'show', 'no-such-dlq')).toMatchObject({ code: 2, stdout: '' });
    expect(await run('dlq', 'empty')).toMatchObject({ code: 2, stdout: '' });
  });

  it('process: says which version, sends it, follows it; a second time it is done already', async () => {
    await p.pauseUploads();
    const { versionId, identity } = await p.upload('lost/a +%20é.csv', GOOD);
    await eventually('its event has passed', () => p.uploadMessages('lost/a +%20é.csv').length === 1 || undefined);
    await p.resumeUploads();
    const about = { key: 'lost/a +%20é.csv', version_id: versionId, identity, outcome_before: null };
    const dry = await json('process', about.key, '--dry-run');
    expect(dry).toMatchObject({ code: 0, told: { ...about, is_sent: false } });
    expect((await p.progress(identity)).state).toBe('waiting');

    const first = await json('process', about.key);
    expect(first).toMatchObject({
      code: 0,
      told: { ...about, is_sent: true, end: 'reported', counts: { rows_read: 614 } },
    });
    const second = await run('process', about.key, '--version', versionId);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('processed before');
    expect(second.stdout).toContain('614 rows = 583 accepted + 31 duplicates + 0 quarantined');
    expect(await run('process', 'lost/none.csv')).toMatchObject({ code: 1, stdout: '' });
    expect(await run('process')).toMatchObject({ code: 2, stdout: '' });
  });

  it('backfill: finds what has no manifest under a prefix, sends it once, and says so', async () => {
    await p.pauseUploads();
    const Bucket = p.resources.buckets.raw;
    const keys = Array.from({ length: 25 }, (_, at) => `old/${String(at).padStart(2, '0')}.csv`);
    for (const Key of keys) await p.s3.send(new PutObjectCommand({ Bucket, Key, Body: tiny(Key) }));
    await eventually(
      'their events have passed',
      () => keys.every((key) => p.uploadMessages(key).length > 0) || undefined,
    );
    await p.resumeUploads();

    const args = ['backfill', '--prefix', 'old/'];
    const dry = await json(...args, '--dry-run');
    expect(dry).toMatchObject({ code: 0, told: { without_manifest: 25, to_send: 25, sent: 0, end: 'dry_run' } });
    expect(await json(...args, '--since', '2999-01-01')).toMatchObject({
      code: 0,
      told: { before_since: 25, sent: 0 },
    });
    const first = await json(...args);
    expect(first).toMatchObject({ code: 0, told: { looked_at: 25, to_send: 25, sent: 25, end: 'done' } });
    expect(first.told.bytes).toBe(keys.reduce((sum, key) => sum + tiny(key).length, 0));
    await p.idle();
    const manifests = (await p.listProcessed('processed/old/')).map(({ key }) => key);
    expect(manifests).toHaveLength(25);
    const again = await run(...args);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(
      '25 file versions: 0 without a manifest, 0 done by older rules, 25 left as they are.',
    );
    expect(await json(...args, '--reprocess')).toMatchObject({
      code: 0,
      told: { of_older_rules: 0, sent: 0, end: 'done' },
    });
    expect(await run(...args, '--since', 'yesterday')).toMatchObject({ code: 2, stdout: '' });
  });

  it.for([['SIGINT'], ['SIGKILL']] as const)(
    'backfill and dlq replay, ended by %s, lose nothing: the same command does the rest',
    async ([signal]) => {
      await p.pauseUploads();
      const Bucket = p.resources.buckets.raw;
      const prefix = `int/${signal}/`;
      const keys = Array.from({ length: 30 }, (_, at) => `${prefix}${String(at).padStart(2, '0')}.csv`);
      for (const Key of keys) await p.s3.send(new PutObjectCommand({ Bucket, Key, Body: tiny(Key) }));
      await eventually(
        'their events have passed',
        () => keys.every((key) => p.uploadMessages(key).length > 0) || undefined,
      );
      await p.resumeUploads();
      const interrupted = (after: RegExp, ...args: string[]) =>
        tastetrend(folder, [...args, '--env', 'e2e', '--json'], environment, { after, signal });

      const backfill = ['backfill', '--prefix', prefix, '--max-per-second', '10'];
      const first = await interrupted(/Looking through/, ...backfill);
      expect(first.code).toBe(signal === 'SIGINT' ? 130 : null);
      if (signal === 'SIGINT') expect(JSON.parse(first.stdout)).toMatchObject({ end: 'interrupted' });
      expect(await json(...backfill)).toMatchObject({ code: 0, told: { end: 'done' } });
      await p.idle();
      expect(await p.listProcessed(`processed/${prefix}`)).toHaveLength(30);

      const bodies = keys.flatMap((key) => p.uploadMessages(key));
      const QueueUrl = p.resources.deadLetterQueues['raw-object-created-dlq']?.url;
      for (const MessageBody of bodies) await p.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      const replay = ['dlq', 'replay', 'raw-object-created-dlq', '--max-per-second', '10'];
      const half = await interrupted(/10 of 30/, ...replay);
      expect(half.code).toBe(signal === 'SIGINT' ? 130 : null);
      const { visible, inFlight } = await p.depth('raw-object-created-dlq');
      expect(visible + inFlight).toBeGreaterThan(0);
      // What a killed process had in its hands comes back after a while; after a polite end it is there at once.
      if (signal === 'SIGINT') expect(inFlight).toBe(0);
      const rest = await json(...replay);
      expect(rest.code).toBe(0);
      expect(rest.told.queues[0].replayed).toBe(visible);
      expect(rest.told.queues[0].left).toBe(inFlight);
      await p.idle();
    },
  );

  it('reconcile: an event that was lost, a report, a current table: found, mended, and whole the second time', async () => {
    const { s3, resources } = p;
    const { raw, processed } = resources.buckets;
    await p.pauseUploads();
    const lost = await p.upload('rec/lost.csv', tiny('lost'));
    await eventually('its event has passed', () => p.uploadMessages(lost.key).length === 1 || undefined);
    await p.resumeUploads();
    const { version: unreported, manifest } = await p.run('rec/unreported.csv', tiny('unreported'));
    const { version: old } = await p.run('rec/stale.csv', tiny('old'));
    const oldTable = await p.readProcessed(currentTableKey('rec/stale.csv'));
    const { version: stale } = await p.run('rec/stale.csv', tiny('new'));
    await p.idle();
    const whole = await p.listProcessed('processed/');

    for (const Key of reportKeysOf(manifest)) await s3.send(new DeleteObjectCommand({ Bucket: processed, Key }));
    const Key = currentTableKey('rec/stale.csv');
    const { bytes: Body, metadata: Metadata } = oldTable;
    await s3.send(new PutObjectCommand({ Bucket: processed, Key, Body, Metadata }));

    const args = ['reconcile', '--prefix', 'rec/'];
    expect(await json(...args)).toMatchObject({ code: 0, told: { sent: 0, left: { too_young: 2 } } });
    const dry = await json(...args, '--older-than', '0s', '--dry-run');
    expect(dry).toMatchObject({ code: 0, told: { looked_at: 4, whole: 1, sent: 0, end: 'dry_run' } });
    expect(dry.told.found).toEqual({ lost: 1, unreported: 1, stale_table: 1 });
    expect(dry.told.items).toEqual([
      { key: 'rec/lost.csv', version_id: lost.versionId, what: ['lost'] },
      { key: 'rec/stale.csv', version_id: stale.versionId, what: ['stale_table'] },
      { key: 'rec/unreported.csv', version_id: unreported.versionId, what: ['unreported'] },
    ]);
    expect(Metadata.identity).toBe(old.identity);
    expect(await json(...args, '--older-than', '0s')).toMatchObject({ code: 0, told: { sent: 3, end: 'done' } });
    await p.waitFor(lost.identity, 'reported');
    await p.waitFor(unreported.identity, 'reported');
    await p.idle();
    const again = await run(...args, '--older-than', '0s');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('4 file versions, 4 whole');
    const names = (objects: { key: string; etag: string }[]) => objects.map(({ key, etag }) => `${key} ${etag}`);
    expect(names(await p.listProcessed('processed/'))).toEqual(expect.arrayContaining(names(whole)));
    expect(raw).not.toBe(processed);
  });

  it('reconcile leaves what is dead to dlq replay, and says so', async () => {
    const fault = await p.inject({ request: '^PUT .*/table\\.parquet', action: 'refuse' });
    const { versionId, identity } = await p.upload('explain/dead.csv', tiny('dead'));
    await eventually('it is dead', async () => (await p.depth('transform-dlq')).visible === 1 || undefined);
    await fault.remove();
    const left = await json('reconcile', '--prefix', 'explain/', '--older-than', '0s');
    expect(left).toMatchObject({ code: 1, told: { sent: 0, left: { dead: 1 } } });

    const { told } = await json('explain', 'explain/dead.csv');
    expect(told.versions).toMatchObject([
      { version_id: versionId, identity, state: 'dead', manifest: null, dead_letters: [{ dlq: 'transform-dlq' }] },
    ]);
    const dead = await run('explain', 'explain/dead.csv');
    expect(dead.stdout).toMatch(/dead +in transform-dlq, first sent /);
    expect(dead.stdout).toMatch(
      /failed +in transform at .*, receive 5 of 5, 5 times in all: BrokenWorldError: cannot write/,
    );

    await run('dlq', 'replay', 'transform-dlq');
    await p.waitFor(identity, 'reported');
    const done = await run('explain', 'explain/dead.csv', '--version', versionId);
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(`version ${versionId}: reported`);
    expect(done.stdout).toContain('1 rows = 1 accepted + 0 duplicates + 0 quarantined');
    expect(done.stdout).toContain('the current table is of this version');
    expect(done.stdout).toContain('received by report');
    expect(done.stdout).toMatch(/lease +completed/);
    expect(done.stdout).toMatch(/5 times in all; sent again since/);
    expect(await json('explain', 'explain/none.csv')).toMatchObject({ code: 1, told: { versions: [] } });
  });

  it('audit: counts rows from the bytes; each thing that is changed is named, with exit code 1', async () => {
    const { processed } = p.resources.buckets;
    const { manifest } = await p.run('audit/a.csv', GOOD);
    await p.idle();
    const args = ['audit', '--prefix', 'audit/'];
    const good = await json(...args);
    expect(good).toMatchObject({
      code: 0,
      told: { audited: 1, differences: [], rows: { accepted: 583, duplicates: 31, quarantined: 0 } },
    });
    expect((await run('audit')).stdout).toContain('All as the manifests say.');

    const keyOf = (role: string) => manifest.outputs.find((output) => output.role === role)?.key ?? '';
    const changes: [role: string, change: (bytes: Buffer) => Buffer | undefined, says: string[]][] = [
      [
        'duplicates',
        (bytes) => bytes.subarray(0, bytes.lastIndexOf(10, -2) + 1),
        ['duplicates sha256', 'duplicate rows', 'sum'],
      ],
      ['quarantine', () => Buffer.from('{}\n'), ['quarantine sha256', 'quarantined rows', 'sum']],
      [
        'table',
        (bytes) =>
          Buffer.concat([bytes.subarray(0, 100), Buffer.from([bytes[100] === 0 ? 1 : 0]), bytes.subarray(101)]),
        ['table sha256'],
      ],
      ['table', () => undefined, ['table', 'accepted rows', 'sum']],
      ['profile', () => undefined, ['profile']],
    ];
    for (const [role, change, says] of changes) {
      const Key = keyOf(role);
      const { bytes } = await p.readProcessed(Key);
      const changed = change(bytes);
      if (changed === undefined) await p.s3.send(new DeleteObjectCommand({ Bucket: processed, Key }));
      else await p.s3.send(new PutObjectCommand({ Bucket: processed, Key, Body: changed }));
      const { code, told } = await json(...args);
      expect(code).toBe(1);
      expect(told.differences.map(({ at }: { at: string }) => at)).toEqual(expect.arrayContaining(says));
      await p.s3.send(new PutObjectCommand({ Bucket: processed, Key, Body: bytes }));
    }
    const shown = await run(...args);
    expect([shown.code, shown.stdout]).toEqual([
      0,
      expect.stringContaining('583 accepted + 31 duplicates + 0 quarantined = 614'),
    ]);
  });

  it.for([['dlq'], ['process'], ['backfill'], ['reconcile'], ['explain'], ['audit']] as const)(
    '%s --help says all about it',
    async ([verb]) => {
      const { code, stdout } = await tastetrend(folder, [verb, '--help']);
      expect(code).toBe(0);
      for (const part of [`tastetrend ${verb}`, '--dry-run', '--json', 'Exit codes: 0 '])
        expect(stdout).toContain(part);
    },
  );
});
