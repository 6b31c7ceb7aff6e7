/** Deletions, as a versioned bucket has them: markers that come and go, versions that end for good, workers that are late. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { listVersions, readText } from '@tastetrend/aws';
import {
  completionIdOf,
  currentTableFactsOf,
  currentTableKey,
  identityOf,
  type Manifest,
  manifestKey,
  outputKey,
  RESTAURANT_INFO_COLUMNS,
  REVIEW_COLUMNS,
} from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Random } from '../generator/random.ts';
import {
  canRunPipeline,
  eventually,
  objectCreatedEvent,
  objectDeletedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { openReaders } from '../readback/readback.ts';
import { tinyFile, UNREADABLE } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'promise 3: deletes';
const DELAY_MS = 3_000;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const bucket = () => p.resources.buckets.raw;
  const eventOf = (version: UploadedVersion) => objectCreatedEvent({ bucket: bucket(), ...version });
  const current = (key: string) => p.readProcessed(currentTableKey(key));
  const factsOf = async (key: string) => currentTableFactsOf((await current(key)).metadata);
  const hasCurrent = async (key: string) =>
    (await p.listProcessed(currentTableKey(key))).some((object) => object.key === currentTableKey(key));

  /** @returns the version id of the delete marker; undefined when a version was named, which is then gone for good */
  async function remove(key: string, versionId?: string): Promise<string | undefined> {
    const seen = p.deletionMessages(key).length;
    const answer = await p.s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: key, VersionId: versionId }));
    await eventually('the deletion made an event', () => p.deletionMessages(key).length > seen || undefined);
    await p.idle();
    return versionId === undefined ? answer.VersionId : undefined;
  }

  /** What raw says now, and nothing else, is what the current table is of. */
  async function expectRemoved(key: string, markerId: string | undefined): Promise<void> {
    const versionId = markerId ?? 'none';
    const identity = identityOf({ bucket: bucket(), key, versionId });
    const { metadata } = await current(key);
    expect(currentTableFactsOf(metadata)).toMatchObject({ identity, versionId });
    const seen = p.removals(key).filter(({ detail }) => detail.identity === identity);
    expect(
      new Set(seen.map(({ detail }) => JSON.stringify(detail))).size,
      'one removal, however often it is told',
    ).toBe(1);
    expect(seen[0]?.detail.removal_id).toBe(metadata['removal-id']);
    expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
  }

  async function expectCurrent({ key, identity }: UploadedVersion): Promise<void> {
    expect((await factsOf(key)).identity).toBe(identity);
    const { bytes } = await current(key);
    expect(bytes.equals((await p.readProcessed(outputKey(identity, 'table'))).bytes)).toBe(true);
    expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
  }

  async function uploadUnseen(key: string, bytes: string | Uint8Array): Promise<UploadedVersion> {
    await p.pauseUploads();
    const version = await p.upload(key, bytes);
    await p.resumeUploads();
    return version;
  }

  async function deliver(version: UploadedVersion): Promise<Manifest> {
    await p.send('transform', eventOf(version));
    const manifest = await p.waitFor(version.identity, 'reported');
    await p.idle();
    return manifest;
  }

  async function runQuietly(key: string, bytes: string | Uint8Array): Promise<UploadedVersion> {
    const { version } = await p.run(key, bytes);
    await p.idle();
    return version;
  }

  describe('deleted before it was read', () => {
    it('for good: a manifest says that it is gone, no table is made, and nothing is told as removed', async () => {
      const key = 'early/gone.csv';
      const version = await uploadUnseen(key, tinyFile('good'));
      await remove(key, version.versionId);
      expect((await deliver(version)).outcome).toBe('gone');
      expect(await hasCurrent(key)).toBe(false);
      expect(p.removals(key)).toEqual([]);
    });

    it('by a delete marker: the version is worked on, and its table is not promoted', async () => {
      const key = 'early/marker.csv';
      const version = await uploadUnseen(key, tinyFile('good'));
      const marker = await remove(key);
      expect(await hasCurrent(key)).toBe(false);
      expect(await deliver(version)).toMatchObject({ outcome: 'processed', counts: { accepted: 1 } });
      await expectRemoved(key, marker);
    });
  });

  describe('a delete marker on a processed file', () => {
    it('an empty table takes its place, what the version became stays, and a removal is published', async () => {
      const key = 'marker/one.csv';
      const version = await runQuietly(key, tinyFile('good'));
      const before = await p.listProcessed();
      const marker = await remove(key);
      await expectRemoved(key, marker);
      const after = await p.listProcessed();
      // The hand-over to retrieval is the report's answer to the removal.
      const others = (objects: typeof after) =>
        objects.filter((object) => object.key !== currentTableKey(key) && !object.key.startsWith('processed/rag/'));
      expect(others(after)).toEqual(others(before));
      expect(p.completions(version.identity)).toHaveLength(1);
    });

    it('told many times at once it is the same removal, and the same object', async () => {
      const key = 'marker/again.csv';
      await runQuietly(key, tinyFile('good'));
      const marker = await remove(key);
      const before = await p.listProcessed(currentTableKey(key));
      const event = objectDeletedEvent({
        bucket: bucket(),
        key,
        versionId: marker ?? '',
        type: 'Delete Marker Created',
      });
      await p.send('transform', ...Array.from({ length: 20 }, () => event));
      await eventually('all were settled', () => p.removals(key).length >= 21 || undefined);
      await p.idle();
      expect(await p.listProcessed(currentTableKey(key))).toEqual(before);
      await expectRemoved(key, marker);
    });

    it.each([
      ['reviews', tinyFile('good'), REVIEW_COLUMNS],
      [
        'restaurant_info',
        'location,restaurant_name,address,avg_stars\nDowntown,Whiskey,Street 1,4.5\n',
        RESTAURANT_INFO_COLUMNS,
      ],
    ] as const)('the empty table of %s is parquet of the same columns for others', async (kind, bytes, columns) => {
      const key = `marker/${kind}.csv`;
      await runQuietly(key, bytes);
      const marker = await remove(key);
      await expectRemoved(key, marker);
      const folder = await mkdtemp(path.join(tmpdir(), 'empty-table-'));
      const readers = await openReaders();
      try {
        const file = path.join(folder, 'empty.parquet');
        await writeFile(file, (await current(key)).bytes);
        for (const engine of ['pyarrow', 'duckdb'] as const) {
          const { rows, schema, metadata } = await readers.read(file, engine);
          expect(rows).toEqual([]);
          expect(schema.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
          expect(metadata).toMatchObject({ 'tastetrend.kind': kind, 'tastetrend.source_version': marker });
        }
      } finally {
        await readers.close();
        await rm(folder, { recursive: true });
      }
    });

    it('of a folder marker or of a rejected file there is nothing to remove', async () => {
      const { version } = await p.run('marker/bad.csv', UNREADABLE);
      await remove('marker/bad.csv');
      await p.upload('marker/folder/', '');
      await p.idle();
      await remove('marker/folder/');
      expect(version.bytes).toBeGreaterThan(0);
      expect(await hasCurrent('marker/bad.csv')).toBe(false);
      expect(await hasCurrent('marker/folder/')).toBe(false);
      expect([...p.removals('marker/bad.csv'), ...p.removals('marker/folder/')]).toEqual([]);
    });
  });

  describe('an older version lives again', () => {
    it('when the delete marker is removed: its table is promoted, and its completion published again', async () => {
      const key = 'again/unmarked.csv';
      const version = await runQuietly(key, tinyFile('good'));
      const marker = await remove(key);
      await expectRemoved(key, marker);
      await remove(key, marker);
      await expectCurrent(version);
      const ids = p.completions(version.identity).map(({ detail }) => detail.completion_id);
      expect(ids).toEqual([completionIdOf(version.identity), completionIdOf(version.identity)]);
    });

    it('when the newest version is deleted for good, and when then nothing is left, that is a removal', async () => {
      const key = 'again/older.csv';
      const first = await runQuietly(key, tinyFile('first'));
      const second = await runQuietly(key, tinyFile('second', 'more'));
      await expectCurrent(second);
      await remove(key, second.versionId);
      await expectCurrent(first);
      await remove(key, first.versionId);
      await expectRemoved(key, undefined);
      expect(p.removals(key)[0]?.detail).toMatchObject({ reason: 'no_version', source: { removed_at: null } });
    });

    it('without a manifest, as after a lost event: it is worked on like an upload', async () => {
      const key = 'again/unknown.csv';
      const lost = await uploadUnseen(key, tinyFile('lost'));
      const second = await runQuietly(key, tinyFile('second', 'more'));
      expect((await p.progress(lost.identity)).state).toBe('waiting');
      await remove(key, second.versionId);
      await p.waitFor(lost.identity, 'reported');
      await p.idle();
      await expectCurrent(lost);
    });

    it('behind a rejected one: its table is promoted, and it is its completion that is published again', async () => {
      const key = 'again/behind.csv';
      const good = await runQuietly(key, tinyFile('good'));
      await runQuietly(key, UNREADABLE);
      const newest = await runQuietly(key, tinyFile('newest', 'more'));
      const told = p.completions(good.identity).length;
      await remove(key, newest.versionId);
      await expectCurrent(good);
      expect(p.completions(good.identity).length).toBeGreaterThan(told);
    });
  });

  it('a noncurrent version expired: nothing', async () => {
    const key = 'expired/one.csv';
    const first = await runQuietly(key, tinyFile('first'));
    const second = await runQuietly(key, tinyFile('second', 'more'));
    const before = await p.listProcessed();
    await remove(key, first.versionId);
    expect(await p.listProcessed()).toEqual(before);
    // The local AWS has no lifecycle: its event is made as the S3 user guide has it. Such come by the thousand.
    const told = p.completions(second.identity).length;
    const handled = async () =>
      (await p.logLines('transform')).filter((line) => line.raw_key === key && line.message === 'deletion settled')
        .length;
    const expiry = { type: 'Permanently Deleted', reason: 'Lifecycle Expiration' } as const;
    await p.send('transform', objectDeletedEvent({ bucket: bucket(), ...first, ...expiry }));
    await eventually('the event was handled', async () => (await handled()) === 1 || undefined);
    await p.idle();
    expect(await p.listProcessed()).toEqual(before);
    expect(p.completions(second.identity)).toHaveLength(told);
    expect(p.removals(key)).toEqual([]);
  });

  it('the good version behind a rejected one expired: the table stays', async () => {
    const key = 'expired/behind.csv';
    const good = await runQuietly(key, tinyFile('good'));
    await runQuietly(key, UNREADABLE);
    const before = await p.listProcessed(currentTableKey(key));
    await remove(key, good.versionId);
    expect(await p.listProcessed(currentTableKey(key))).toEqual(before);
    expect(p.removals(key)).toEqual([]);
  });

  it.each(['where there was no table yet', 'where there was one of before'])(
    'a slow older version that finishes after a delete does not bring the table back, %s',
    async (name) => {
      const key = `late/slow ${name}.csv`;
      if (name.endsWith('before')) await runQuietly(key, tinyFile('before'));
      const slow = await p.inject({ request: '^PUT .*/processed_slow', action: 'delay', delay_ms: DELAY_MS });
      const older = await p.upload(key, tinyFile('older'));
      await eventually('the slow worker is about to write', () => slow.isUsed() || undefined);
      const marker = (await p.s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: key }))).VersionId;
      await p.waitFor(older.identity, 'reported');
      await p.idle();
      await expectRemoved(key, marker);
    },
  );

  it('a slow newer version that was deleted meanwhile does not put its table over the older one', async () => {
    const key = 'late/slow newer.csv';
    const older = await runQuietly(key, tinyFile('older'));
    const slow = await p.inject({ request: '^PUT .*/processed_slow', action: 'delay', delay_ms: DELAY_MS });
    const newer = await p.upload(key, tinyFile('newer', 'more'));
    await eventually('the slow worker is about to write', () => slow.isUsed() || undefined);
    // The table is the older one's all the time, so that the condition of the write holds.
    await p.s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: key, VersionId: newer.versionId }));
    await p.waitFor(newer.identity, 'reported');
    await p.idle();
    await expectCurrent(older);
  });

  it('equal bytes uploaded twice with another version between: the newest wins, whatever is delivered late', async () => {
    const key = 'equal/twice.csv';
    const first = await runQuietly(key, tinyFile('equal'));
    const between = await runQuietly(key, tinyFile('between', 'more'));
    const last = await runQuietly(key, tinyFile('equal'));
    await expectCurrent(last);
    await deliver(first);
    await deliver(between);
    await expectCurrent(last);
    await remove(key, last.versionId);
    await expectCurrent(between);
  });

  describe('an upload after a delete', () => {
    it('overtakes the removal, and a late event of the deletion does not bring it back', async () => {
      const key = 'after/good.csv';
      await runQuietly(key, tinyFile('first'));
      const marker = await remove(key);
      await expectRemoved(key, marker);
      const second = await runQuietly(key, tinyFile('second', 'more'));
      await expectCurrent(second);
      const [late] = p.deletionMessages(key);
      const told = p.completions(second.identity).length;
      await p.send('transform', late);
      await eventually('it was handled', () => p.completions(second.identity).length > told || undefined);
      await p.idle();
      await expectCurrent(second);
      // The marker's own version id, as AWS has it, changes nothing: it is no longer what raw says.
      await p.send(
        'transform',
        objectDeletedEvent({ bucket: bucket(), key, versionId: marker ?? '', type: 'Delete Marker Created' }),
      );
      await p.idle();
      await expectCurrent(second);
    });

    it('that is rejected leaves the file removed: the versions before the marker do not come back', async () => {
      const key = 'after/rejected.csv';
      await runQuietly(key, tinyFile('first'));
      const marker = await remove(key);
      await runQuietly(key, UNREADABLE);
      await expectRemoved(key, marker);
    });

    it('two removals of one key are two, with an object of its own each', async () => {
      const key = 'after/twice.csv';
      await runQuietly(key, tinyFile('first'));
      await remove(key);
      const [first] = await p.listProcessed(currentTableKey(key));
      await runQuietly(key, tinyFile('second'));
      const marker = await remove(key);
      await expectRemoved(key, marker);
      const [second] = await p.listProcessed(currentTableKey(key));
      expect(second?.etag).not.toBe(first?.etag);
      expect(new Set(p.removals(key).map(({ detail }) => detail.removal_id)).size).toBe(2);
    });
  });

  it('newest wins in random interleavings on several keys at once', async () => {
    const seed = Number(process.env.TASTETREND_SEED ?? Math.floor(Math.random() * 1e9));
    const random = new Random(seed);
    const keys = Array.from({ length: 6 }, (_, at) => `random/${at}.csv`);
    await Promise.all(keys.map((key) => play(key, new Random(random.between(0, 1e9)))));
    await p.idle();
    for (const key of keys) {
      const wanted = await wantedOf(key);
      const there = (await hasCurrent(key)) ? (await factsOf(key)).identity : 'nothing';
      if (wanted !== undefined) expect(there, `${key}, TASTETREND_SEED=${seed}`).toBe(wanted);
    }
    expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
  });

  /** Uploads, deletions of all kinds, and events that come again; without waiting for what follows. */
  async function play(key: string, random: Random): Promise<void> {
    const late: Record<string, unknown>[] = [];
    for (let step = 0; step < 14; step++) {
      const listed = await listVersions(p.s3, bucket(), key);
      const picked = listed[random.chance(0.6) ? 0 : random.between(0, Math.max(0, listed.length - 1))];
      const does = random.between(0, 9);
      if (does <= 3 || picked === undefined) {
        const bytes = random.chance(0.2) ? UNREADABLE : tinyFile(...Array(random.between(1, 3)).fill('text'));
        late.push(eventOf(await p.upload(key, bytes)));
      } else if (does <= 5) {
        await p.s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: key }));
        late.push(objectDeletedEvent({ bucket: bucket(), key, type: 'Delete Marker Created' }));
      } else if (does <= 7) {
        const VersionId = picked.versionId;
        await p.s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: key, VersionId }));
      } else {
        await p.send('transform', late[random.between(0, late.length - 1)]);
      }
      await new Promise((done) => setTimeout(done, random.between(0, 150)));
    }
  }

  /** What raw says; undefined where only rejected versions are left, which leave what was there. */
  async function wantedOf(key: string): Promise<string | undefined> {
    const listed = await listVersions(p.s3, bucket(), key);
    const outcomes = new Map<string, string>();
    for (const { versionId, isDeleteMarker } of listed) {
      const text = isDeleteMarker
        ? undefined
        : await readText(
            p.s3,
            p.resources.buckets.processed,
            manifestKey(identityOf({ bucket: bucket(), key, versionId })),
          );
      if (text !== undefined) outcomes.set(versionId, (JSON.parse(text) as Manifest).outcome);
    }
    const wasGood = (await hasCurrent(key)) || [...outcomes.values()].includes('processed');
    for (const { versionId, isDeleteMarker } of listed) {
      if (isDeleteMarker && !wasGood) return 'nothing';
      if (isDeleteMarker || outcomes.get(versionId) === 'processed')
        return identityOf({ bucket: bucket(), key, versionId });
      expect(outcomes.get(versionId), `${key} ${versionId} has a manifest`).toBe('rejected');
    }
    if (listed.length > 0) return undefined;
    return wasGood ? identityOf({ bucket: bucket(), key, versionId: 'none' }) : 'nothing';
  }
});
