/** Deliveries as EventBridge and SQS may make them: repeated, at once, out of order. */

import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import {
  completionIdOf,
  currentTableFactsOf,
  currentTableKey,
  pipeline as description,
  identityOf,
  type Manifest,
  outputKey,
  reportKey,
  versionPrefix,
} from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  eventually,
  objectCreatedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { reviewFile, tinyFile, UNREADABLE } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: deliveries';
const TIME_FACTOR = 60;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline({ timeFactor: TIME_FACTOR });
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const eventOf = (version: UploadedVersion) => objectCreatedEvent({ bucket: p.resources.buckets.raw, ...version });
  const currentOf = async (key: string) => (await p.readProcessed(currentTableKey(key))).metadata.identity;
  const hasCurrent = async (key: string) =>
    (await p.listProcessed(currentTableKey(key))).some((object) => object.key === currentTableKey(key));

  async function uploadQuietly(...files: [key: string, bytes: Uint8Array | string][]): Promise<UploadedVersion[]> {
    await p.pauseUploads();
    const versions: UploadedVersion[] = [];
    for (const [key, bytes] of files) versions.push(await p.upload(key, bytes));
    await p.resumeUploads();
    return versions;
  }

  async function deliver(version: UploadedVersion): Promise<Manifest> {
    await p.send('transform', eventOf(version));
    const manifest = await p.waitFor(version.identity, 'reported');
    await p.idle();
    return manifest;
  }

  describe('the same event again', () => {
    it('leaves the same bytes, ETags and times of every object, and one completion id', async () => {
      const { version } = await p.run('again/one.csv', reviewFile(21, 200).bytes);
      await p.idle();
      const before = await p.listProcessed();
      const [body] = p.uploadMessages('again/one.csv');

      await p.send('transform', body);
      await eventually('the delivery was handled', () =>
        p.completions(version.identity).length === 2 ? true : undefined,
      );
      await p.idle();

      expect(await p.listProcessed()).toEqual(before);
      const ids = new Set(p.completions(version.identity).map(({ detail }) => detail.completion_id));
      expect([...ids]).toEqual([completionIdOf(version.identity)]);
      const details = p.completions(version.identity).map(({ detail }) => JSON.stringify(detail));
      expect(new Set(details).size).toBe(1);
    });

    it('20 times at once after the upload leaves the same objects', async () => {
      const { version } = await p.run('again/twenty.csv', reviewFile(22, 200).bytes);
      await p.idle();
      const before = await p.listProcessed();
      const [body] = p.uploadMessages('again/twenty.csv');

      await p.send('transform', ...Array.from({ length: 20 }, () => body));
      await eventually('all were handled', () => (p.completions(version.identity).length >= 21 ? true : undefined));
      await p.idle();

      expect(await p.listProcessed()).toEqual(before);
      expect(new Set(p.completions(version.identity).map(({ detail }) => detail.completion_id)).size).toBe(1);
      expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
    });

    it('20 times at once before anything was done does the work once', async () => {
      const { bytes, counts } = reviewFile(23, 3_000);
      const [version] = await uploadQuietly(['again/race.csv', bytes]);
      if (version === undefined) throw new Error('nothing was uploaded');
      await p.send('transform', ...Array.from({ length: 20 }, () => eventOf(version)));
      const manifest = await p.waitFor(version.identity, 'reported');
      await p.idle();

      expect(manifest.counts).toEqual(counts);
      const after = await p.listProcessed();
      const lines = (await p.logLines('transform')).filter((line) => line.identity === version.identity);
      expect(lines.filter(({ message }) => message === 'transformed')).toHaveLength(1);
      expect(new Set(p.completions(version.identity).map(({ detail }) => detail.completion_id)).size).toBe(1);
      expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });

      await deliver(version);
      expect(await p.listProcessed()).toEqual(after);
    });

    it('the same completion event again leaves the same summaries', async () => {
      const { version, manifest } = await p.run('again/report.csv', reviewFile(24, 100).bytes);
      await p.idle();
      const before = await p.listProcessed();
      const [event] = p.completions(version.identity);

      await p.send('report', ...Array.from({ length: 12 }, () => event));
      await p.idle();

      expect(await p.listProcessed()).toEqual(before);
      expect(before.map(({ key }) => key)).toContain(
        reportKey('validation', manifest.source.uploaded_at, version.identity),
      );
      expect(await p.depth('report-dlq')).toEqual({ visible: 0, inFlight: 0 });
    });
  });

  describe('a version id in the event, or none', () => {
    it('with a version id, as AWS sends it, exactly that version is worked on', async () => {
      const [first, second] = await uploadQuietly(
        ['ids/named.csv', tinyFile('first')],
        ['ids/named.csv', tinyFile('second', 'more')],
      );
      if (first === undefined || second === undefined) throw new Error('nothing was uploaded');
      const manifest = await deliver(first);

      expect(manifest).toMatchObject({ source: { version_id: first.versionId }, counts: { accepted: 1 } });
      expect((await p.progress(second.identity)).state).toBe('waiting');
      await deliver(second);
    });

    it('without one, as MiniStack sends it, the version is found by its etag', async () => {
      const [first, second] = await uploadQuietly(
        ['ids/unnamed.csv', tinyFile('first')],
        ['ids/unnamed.csv', tinyFile('second', 'more')],
      );
      if (first === undefined || second === undefined) throw new Error('nothing was uploaded');
      const { versionId: _, ...withoutId } = first;
      await p.send('transform', objectCreatedEvent({ bucket: p.resources.buckets.raw, ...withoutId }));
      const manifest = await p.waitFor(first.identity, 'reported');
      await p.idle();

      expect(manifest.source.version_id).toBe(first.versionId);
      expect((await p.progress(second.identity)).state).toBe('waiting');
    });

    it('both shapes of one upload lead to one identity', async () => {
      const { version } = await p.run('ids/both.csv', tinyFile('good'));
      await p.idle();
      const before = await p.listProcessed();
      expect(p.uploadMessages('ids/both.csv').map((body) => body.includes('version-id'))).toEqual([false]);
      await deliver(version);
      expect(await p.listProcessed()).toEqual(before);
    });

    it('a version that is gone before it is read gets a manifest and reports that say so', async () => {
      const [version] = await uploadQuietly(['ids/gone.csv', tinyFile('good')]);
      if (version === undefined) throw new Error('nothing was uploaded');
      const Bucket = p.resources.buckets.raw;
      await p.s3.send(new DeleteObjectCommand({ Bucket, Key: version.key, VersionId: version.versionId }));

      expect(await deliver(version)).toMatchObject({ outcome: 'gone', source: { uploaded_at: null } });
      expect(await hasCurrent('ids/gone.csv')).toBe(false);
      expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
    });
  });

  describe('an upload under the same key', () => {
    it('the newest wins, and what both versions became stays', async () => {
      const first = await p.run('same/newest.csv', tinyFile('first'));
      const second = await p.run('same/newest.csv', tinyFile('second', 'more'));
      await p.idle();

      expect(await currentOf('same/newest.csv')).toBe(second.version.identity);
      for (const { version, manifest } of [first, second]) {
        const listed = await p.listProcessed(versionPrefix(version.identity));
        expect(listed.map(({ key }) => key).sort()).toEqual(manifest.outputs.map(({ key }) => key).sort());
      }
    });

    it('equal content is two versions, and an older one delivered again does not come back', async () => {
      const bytes = tinyFile('the same');
      const first = await p.run('same/content.csv', bytes);
      const second = await p.run('same/content.csv', bytes);
      await p.idle();
      expect(second.version.identity).not.toBe(first.version.identity);
      const current = await p.readProcessed(currentTableKey('same/content.csv'));

      await deliver(first.version);
      expect(await currentOf('same/content.csv')).toBe(second.version.identity);
      const own = await p.readProcessed(outputKey(second.version.identity, 'table'));
      expect(current.bytes.equals(own.bytes)).toBe(true);
    });

    it('a rejected file leaves the good table of before in its place', async () => {
      const good = await p.run('same/rejected.csv', tinyFile('good'));
      const before = await p.listProcessed(currentTableKey('same/rejected.csv'));
      const bad = await p.run('same/rejected.csv', UNREADABLE);
      await p.idle();

      expect(bad.manifest.outcome).toBe('rejected');
      expect(await currentOf('same/rejected.csv')).toBe(good.version.identity);
      expect(await p.listProcessed(currentTableKey('same/rejected.csv'))).toEqual(before);
    });

    it('many uploads in a row end with the last one', async () => {
      const uploads: UploadedVersion[] = [];
      for (let at = 0; at < 8; at++) uploads.push(await p.upload('same/row.csv', tinyFile(...Array(at + 1).fill('x'))));
      for (const { identity } of uploads) await p.waitFor(identity, 'reported');
      await p.idle();

      expect(await currentOf('same/row.csv')).toBe(uploads.at(-1)?.identity);
      for (const { identity } of uploads) expect(p.completions(identity)).toHaveLength(1);
    });
  });

  describe('whatever order versions finish in', () => {
    it.each([
      ['older first', [0, 1]],
      ['newer first', [1, 0]],
      ['at once', [0, 1, 0, 1]],
    ])('%s: raw’s newest version becomes current', async (name, order) => {
      const key = `order/${name}.csv`;
      const versions = await uploadQuietly([key, tinyFile('v1')], [key, tinyFile('v2', 'more')]);
      if (name === 'at once') {
        await p.send('transform', ...order.map((at) => eventOf(versions[at] as UploadedVersion)));
        for (const { identity } of versions) await p.waitFor(identity, 'reported');
        await p.idle();
      } else {
        for (const at of order) await deliver(versions[at] as UploadedVersion);
      }
      expect(await currentOf(key)).toBe(versions[1]?.identity);
    });

    it.each([
      ['older first', [0, 1]],
      ['newer first', [1, 0]],
    ])('%s, and the newer is rejected: the older becomes current', async (name, order) => {
      const key = `order/rejected ${name}.csv`;
      const versions = await uploadQuietly([key, tinyFile('v1')], [key, UNREADABLE]);
      for (const at of order) await deliver(versions[at] as UploadedVersion);
      expect(await currentOf(key)).toBe(versions[0]?.identity);
    });

    it('while the newer is still to be worked on, the older does not become current', async () => {
      const key = 'order/in progress.csv';
      const [older, newer] = await uploadQuietly([key, tinyFile('v1')], [key, tinyFile('v2', 'more')]);
      if (older === undefined || newer === undefined) throw new Error('nothing was uploaded');
      await deliver(older);
      expect(await hasCurrent(key)).toBe(false);
      await deliver(newer);
      expect(await currentOf(key)).toBe(newer.identity);
    });

    it('a deleted key gets no rows from a version that finishes later, but an empty table that says so', async () => {
      const key = 'order/deleted.csv';
      const [version] = await uploadQuietly([key, tinyFile('v1')]);
      if (version === undefined) throw new Error('nothing was uploaded');
      await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.raw, Key: key }));
      expect(await deliver(version)).toMatchObject({ outcome: 'processed' });
      const { metadata } = await p.readProcessed(currentTableKey(key));
      expect(currentTableFactsOf(metadata)).toMatchObject({ removalId: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(metadata.identity).not.toBe(version.identity);
    });
  });

  it('messages of one batch do not bleed into each other’s log lines and metrics', async () => {
    const files = [1_000, 1_100, 1_200, 1_300, 1_400, 1_500].map((rows, at) => ({
      key: `together/${rows}.csv`,
      ...reviewFile(40 + at, rows, { badRowRate: 0.01 }),
    }));
    const versions = await uploadQuietly(...files.map(({ key, bytes }): [string, Buffer] => [key, bytes]));
    await p.send('transform', ...versions.map(eventOf));
    for (const { identity } of versions) await p.waitFor(identity, 'reported');
    await p.idle();

    const { raw } = p.resources.buckets;
    const all = await p.logLines('transform');
    const ours = all.filter(({ raw_key }) => typeof raw_key === 'string' && raw_key.startsWith('together/'));
    for (const { raw_key, version_id, identity } of ours) {
      expect(identity).toBe(identityOf({ bucket: raw, key: String(raw_key), versionId: String(version_id) }));
    }
    const messageIds = new Map(ours.map(({ raw_key, message_id }) => [raw_key, message_id]));
    for (const { raw_key, message_id } of ours) expect(message_id).toBe(messageIds.get(raw_key));
    expect(new Set(messageIds.values()).size).toBe(files.length);
    // Else nothing would have been tested: two files took turns within one process.
    const turns = ours.map(({ raw_key }) => raw_key);
    const tookTurns = turns.some((key, at) => turns.indexOf(key) < at - 1 && turns[at - 1] !== key);
    expect(tookTurns).toBe(true);

    for (const { key, counts } of files) {
      const lines = ours.filter(({ raw_key }) => raw_key === key);
      expect(lines.find(({ message }) => message === 'transformed')).toMatchObject(counts);
    }
    const metrics = all.filter((line) => '_aws' in line && 'RowsRead' in line);
    for (const { counts } of files) {
      const own = metrics.filter(({ RowsRead }) => RowsRead === counts.rows_read);
      expect(own).toHaveLength(1);
      expect(own[0]).toMatchObject({
        FilesProcessed: 1,
        RowsAccepted: counts.accepted,
        RowsDuplicate: counts.duplicates,
        RowsQuarantined: counts.quarantined,
      });
    }
    expect(metrics.every((line) => !('raw_key' in line) && !('identity' in line))).toBe(true);

    const reports = await p.logLines('report');
    for (const { raw_key, identity } of reports.filter((line) => typeof line.raw_key === 'string')) {
      const version = versions.find(({ key }) => key === raw_key);
      if (version !== undefined) expect(identity).toBe(version.identity);
    }
  });

  it('one that finds its file held is hidden for as long as the holder has left, and so costs one receive', async () => {
    const [version] = (await uploadQuietly(['busy.csv', tinyFile('held')])) as [UploadedVersion];
    const late = await p.inject({ request: '^GET .*/busy\\.csv', action: 'delay', delay_ms: 1_500 });
    await p.send('transform', eventOf(version));
    await eventually('a worker holds the file', async () => late.isUsed() || undefined);
    await p.send('transform', eventOf(version));
    await p.waitFor(version.identity, 'reported');
    await p.idle();
    const lines = (await p.logLines('transform')).filter(({ identity }) => identity === version.identity);
    expect(lines.filter(({ message }) => message === 'transformed')).toHaveLength(1);
    const busy = lines.filter(({ message }) => message === 'busy');
    expect(busy).toHaveLength(1);
    expect(busy[0]?.retry_after_s).toBeGreaterThanOrEqual(2);
    expect(busy[0]?.retry_after_s).toBeLessThanOrEqual(description.functions.transform.timeout_s / TIME_FACTOR);
  });
});
