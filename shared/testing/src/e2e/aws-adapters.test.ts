/** shared/aws against a real AWS API: conditional writes, versions, failure records. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  type Attempt,
  attemptsIn,
  BrokenWorldError,
  type FailureRecord,
  headObject,
  listVersions,
  markResent,
  openObject,
  putOnce,
  putOver,
  readFailure,
  readText,
  scanFailures,
  subjectOfBody,
  writeFailure,
} from '@tastetrend/aws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'shared/aws against the local AWS';
const PLAIN = { contentType: 'text/plain' };
const NO_BUCKET = 'no-such-bucket-of-ours';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let folder: string;
  const bucket = 'adapters';
  const versioned = 'adapters-versioned';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tastetrend-adapters-'));
    p = await startPipeline({ functions: [] });
    await p.s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await p.s3.send(new CreateBucketCommand({ Bucket: versioned }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await p.s3.send(new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration }));
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
    await rm(folder, { recursive: true });
  });

  const put = async (key: string, body: string, to = versioned) =>
    await p.s3.send(new PutObjectCommand({ Bucket: to, Key: key, Body: body }));
  const remove = async (key: string) => await p.s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: key }));
  const etagOf = async (key: string, of = bucket) => (await headObject(p.s3, of, key))?.etag ?? '';

  describe('putOnce', () => {
    it('writes what is not there, with type and metadata, from memory or from a file', async () => {
      const file = path.join(folder, 'body');
      await writeFile(file, 'from a file');
      const options = { ...PLAIN, metadata: { identity: 'abc' } };
      expect(await putOnce(p.s3, bucket, 'once', Buffer.from('one'), options)).toBe('written');
      expect(await putOnce(p.s3, bucket, 'once file', { path: file, bytes: 11 }, PLAIN)).toBe('written');
      expect(await headObject(p.s3, bucket, 'once')).toMatchObject({ bytes: 3, metadata: { identity: 'abc' } });
      expect(await readText(p.s3, bucket, 'once file')).toBe('from a file');
    });

    it('is refused by what is there, and leaves it', async () => {
      expect(await putOnce(p.s3, bucket, 'taken', Buffer.from('first'), PLAIN)).toBe('written');
      expect(await putOnce(p.s3, bucket, 'taken', Buffer.from('second'), PLAIN)).toBe('refused');
      expect(await readText(p.s3, bucket, 'taken')).toBe('first');
    });

    it('of many writers at once exactly one has written', async () => {
      const writers = Array.from({ length: 12 }, (_, at) => putOnce(p.s3, bucket, 'race', Buffer.from(`${at}`), PLAIN));
      const answers = await Promise.all(writers);
      expect(answers.filter((answer) => answer === 'written')).toHaveLength(1);
      expect(await readText(p.s3, bucket, 'race')).toBe(`${answers.indexOf('written')}`);
    });

    it('a missing bucket is a broken world, by its name', async () => {
      const writing = putOnce(p.s3, NO_BUCKET, 'k', Buffer.from('x'), PLAIN);
      await expect(writing).rejects.toThrow(BrokenWorldError);
      await expect(writing).rejects.toThrow(/cannot write s3:\/\/no-such-bucket-of-ours\/k: NoSuchBucket/);
    });
  });

  describe('putOver', () => {
    it('writes over the object that was read', async () => {
      await put('over', 'one', bucket);
      expect(await putOver(p.s3, bucket, 'over', await etagOf('over'), Buffer.from('two'), PLAIN)).toBe('written');
      expect(await readText(p.s3, bucket, 'over')).toBe('two');
    });

    it('is refused when it has changed since, and when it is gone', async () => {
      await put('changed', 'one', bucket);
      const read = await etagOf('changed');
      await put('changed', 'two', bucket);
      expect(await putOver(p.s3, bucket, 'changed', read, Buffer.from('three'), PLAIN)).toBe('refused');
      expect(await readText(p.s3, bucket, 'changed')).toBe('two');
      expect(await putOver(p.s3, bucket, 'never there', read, Buffer.from('x'), PLAIN)).toBe('refused');
      expect(await headObject(p.s3, bucket, 'never there')).toBeUndefined();
    });

    it('is refused by a delete marker', async () => {
      await put('deleted', 'one');
      const read = await etagOf('deleted', versioned);
      await remove('deleted');
      expect(await putOver(p.s3, versioned, 'deleted', read, Buffer.from('x'), PLAIN)).toBe('refused');
    });

    it('a missing bucket is a broken world, and no refusal', async () => {
      await expect(putOver(p.s3, NO_BUCKET, 'k', '"0"', Buffer.from('x'), PLAIN)).rejects.toThrow(/NoSuchBucket/);
    });
  });

  describe('headObject, openObject, readText', () => {
    it('what is not there, or is deleted, is undefined', async () => {
      await put('marker', 'x');
      await remove('marker');
      for (const key of ['absent', 'marker']) {
        expect(await headObject(p.s3, versioned, key)).toBeUndefined();
        expect(await openObject(p.s3, versioned, key)).toBeUndefined();
        expect(await readText(p.s3, versioned, key)).toBeUndefined();
      }
    });

    it('a delete marker asked for by its version is undefined', async () => {
      await put('marker version', 'x');
      const { VersionId } = await remove('marker version');
      expect(await headObject(p.s3, versioned, 'marker version', VersionId)).toBeUndefined();
      expect(await openObject(p.s3, versioned, 'marker version', { versionId: VersionId })).toBeUndefined();
    });

    it('a version that never was is undefined', async () => {
      await put('some version', 'x');
      const versionId = '00000000-0000-4000-8000-000000000000';
      expect(await openObject(p.s3, versioned, 'some version', { versionId })).toBeUndefined();
    });

    it('opens exactly the version that is asked for', async () => {
      const first = await put('versions', 'first');
      await put('versions', 'second');
      const opened = await openObject(p.s3, versioned, 'versions', { versionId: first.VersionId });
      expect(opened?.facts).toMatchObject({ versionId: first.VersionId, etag: first.ETag, bytes: 5 });
      expect(opened && (await text(opened.body))).toBe('first');
    });

    it('with ifMatch opens the object only while it has that etag', async () => {
      const { ETag } = await put('match', 'first', bucket);
      const opened = await openObject(p.s3, bucket, 'match', { ifMatch: ETag });
      expect(opened && (await text(opened.body))).toBe('first');
      await put('match', 'second', bucket);
      expect(await openObject(p.s3, bucket, 'match', { ifMatch: ETag })).toBeUndefined();
    });

    it('a missing bucket is a broken world, and not an absent object', async () => {
      await expect(openObject(p.s3, NO_BUCKET, 'k')).rejects.toThrow(/cannot read s3:.*NoSuchBucket/);
      await expect(readText(p.s3, NO_BUCKET, 'k')).rejects.toThrow(BrokenWorldError);
    });

    it('headObject cannot tell a missing bucket from an absent object: the answer to a HEAD has no body', async () => {
      expect(await headObject(p.s3, NO_BUCKET, 'k')).toBeUndefined();
    });

    it('text comes back as it was written', async () => {
      const written = 'Grüße 🍜\r\n\u0000 end';
      await put('text', written, bucket);
      expect(await readText(p.s3, bucket, 'text')).toBe(written);
    });
  });

  describe('listVersions', () => {
    it('gives versions and delete markers of one key, newest first', async () => {
      const one = await put('list', 'one');
      const two = await put('list', 'two');
      const marker = await remove('list');
      const three = await put('list', 'three');
      const listed = await listVersions(p.s3, versioned, 'list');
      expect(listed.map(({ versionId, isDeleteMarker }) => [versionId, isDeleteMarker])).toEqual([
        [three.VersionId, false],
        [marker.VersionId, true],
        [two.VersionId, false],
        [one.VersionId, false],
      ]);
      expect(listed.map(({ etag }) => etag)).toEqual([three.ETag, undefined, two.ETag, one.ETag]);
    });

    it('a delete marker that is current comes first', async () => {
      await put('list marker', 'one');
      const marker = await remove('list marker');
      const [newest] = await listVersions(p.s3, versioned, 'list marker');
      expect(newest).toMatchObject({ versionId: marker.VersionId, isDeleteMarker: true });
    });

    it('takes no key that only begins like it', async () => {
      await put('prefix', 'x');
      await put('prefix/y', 'y');
      await put('prefix2', 'z');
      expect(await listVersions(p.s3, versioned, 'prefix')).toHaveLength(1);
      expect(await listVersions(p.s3, versioned, 'pre')).toEqual([]);
    });

    it('pages through more than 1,000 versions, in order, each once', async () => {
      const written: (string | undefined)[] = [];
      for (let from = 0; from < 1_020; from++) written.push((await put('many', `${from}`)).VersionId);
      const listed = await listVersions(p.s3, versioned, 'many');
      expect(listed.map(({ versionId }) => versionId)).toEqual(written.reverse());
    });

    it('in a bucket without versions the version id is "null"', async () => {
      const { ETag } = await put('plain', 'x', bucket);
      expect(await listVersions(p.s3, bucket, 'plain')).toMatchObject([
        { versionId: 'null', etag: ETag, isDeleteMarker: false },
      ]);
    });

    it('a missing bucket is a broken world, and not an empty list', async () => {
      await expect(listVersions(p.s3, NO_BUCKET, 'k')).rejects.toThrow(/cannot list the versions of s3:.*NoSuchBucket/);
    });
  });

  describe('failure records', () => {
    const record: FailureRecord = {
      subject: 'a'.repeat(64),
      service: 'transform',
      messageId: 'm-1',
      cause: 'BrokenWorldError: "quoted", ünïcode\nand a second line',
      receiveCount: 2,
      receiveCountMax: 5,
      failedAt: '2026-11-12T00:00:00.000Z',
      retryAfterS: 30,
    };

    it('come back as they were written, by service and subject', async () => {
      await writeFailure(p.dynamoDb, p.resources.table, record);
      expect(await readFailure(p.dynamoDb, p.resources.table, 'transform', record.subject)).toEqual({
        ...record,
        failures: 1,
        earlier: [],
        isResent: false,
      });
      expect(await readFailure(p.dynamoDb, p.resources.table, 'report', record.subject)).toBeUndefined();
      expect(await readFailure(p.dynamoDb, p.resources.table, 'transform', 'b'.repeat(64))).toBeUndefined();
    });

    it('the last failure of a subject replaces the one before', async () => {
      const subject = subjectOfBody('some body');
      await writeFailure(p.dynamoDb, p.resources.table, { ...record, subject });
      await writeFailure(p.dynamoDb, p.resources.table, { ...record, subject, receiveCount: 3 });
      const found = await scanFailures(p.dynamoDb, p.resources.table);
      expect(found.filter((one) => one.subject === subject)).toMatchObject([{ receiveCount: 3 }]);
    });

    it('a cause of any length fits: its beginning is kept', async () => {
      const subject = 'c'.repeat(64);
      await writeFailure(p.dynamoDb, p.resources.table, { ...record, subject, cause: 'long '.repeat(200_000) });
      const found = await readFailure(p.dynamoDb, p.resources.table, 'transform', subject);
      expect(found?.cause).toMatch(/^long long /);
      expect(found?.cause.length).toBeLessThanOrEqual(2_000);
    });

    it('all of them are found, page by page, and nothing else', async () => {
      const subjects = Array.from({ length: 300 }, (_, at) => `many-${at}`);
      const cause = 'x'.repeat(2_000);
      for (const subject of subjects) await writeFailure(p.dynamoDb, p.resources.table, { ...record, subject, cause });
      const found = (await scanFailures(p.dynamoDb, p.resources.table)).map(({ subject }) => subject);
      expect(found.filter((subject) => subject.startsWith('many-')).sort()).toEqual([...subjects].sort());
    });

    describe('attempts', () => {
      const attempt = (subject: string): Attempt => ({
        subject,
        service: 'transform',
        messageId: 'm-2',
        receiveCount: 3,
        receiveCountMax: 5,
        beganAt: '2026-11-13T00:00:00.000Z',
        retryAfterS: 1800,
      });
      const attempts = () => attemptsIn(p.dynamoDb, p.resources.table, 'transform');
      const found = (subject: string) => readFailure(p.dynamoDb, p.resources.table, 'transform', subject);

      it('one that began and did not end is the last failure, over those that were caught', async () => {
        const subject = 'e'.repeat(64);
        await writeFailure(p.dynamoDb, p.resources.table, { ...record, subject });
        await attempts().begin(attempt(subject));
        const { beganAt, ...shown } = attempt(subject);
        expect(await found(subject)).toEqual({
          ...shown,
          failedAt: beganAt,
          cause: expect.stringMatching(/^The attempt has not ended: its worker .* was killed/),
          earlier: [expect.objectContaining({ cause: record.cause })],
          failures: 2,
          isResent: false,
        });
        await attempts().begin(attempt(subject));
        expect(await attempts().unended(subject)).toBe(2);
        expect((await found(subject))?.cause).toMatch(/has not ended, as 1 before it did not either/);
      });

      it('one that ended is no failure, and leaves those that were', async () => {
        const [never, once] = ['f'.repeat(64), '1'.repeat(64)];
        await writeFailure(p.dynamoDb, p.resources.table, { ...record, subject: once });
        for (const subject of [never, once]) {
          await attempts().begin(attempt(subject));
          await attempts().begin(attempt(subject));
          await attempts().end(subject);
          expect(await attempts().unended(subject)).toBe(0);
        }
        expect(await found(never)).toBeUndefined();
        expect(await found(once)).toMatchObject({ cause: record.cause, failures: 1, earlier: [] });
        const all = await scanFailures(p.dynamoDb, p.resources.table);
        expect(all.filter(({ subject }) => [never, once, undefined].includes(subject))).toHaveLength(1);
      });

      it('one that came to nothing is taken back alone', async () => {
        const subject = '2'.repeat(64);
        await attempts().begin(attempt(subject));
        await attempts().takeBack(subject);
        expect(await found(subject)).toBeUndefined();
        await attempts().begin(attempt(subject));
        await attempts().begin(attempt(subject));
        await attempts().takeBack(subject);
        expect(await attempts().unended(subject)).toBe(1);
      });

      it('one of another service is another', async () => {
        const subject = '3'.repeat(64);
        await attempts().begin(attempt(subject));
        expect(await attemptsIn(p.dynamoDb, p.resources.table, 'report').unended(subject)).toBe(0);
      });

      it('what was sent again after one is not dead', async () => {
        const subject = '4'.repeat(64);
        await attempts().begin(attempt(subject));
        await markResent(p.dynamoDb, p.resources.table, (await found(subject)) ?? record);
        expect(await found(subject)).toMatchObject({ isResent: true });
      });
    });

    it('a missing table is a broken world, by its name', async () => {
      await expect(readFailure(p.dynamoDb, 'no-table', 'transform', 'x')).rejects.toThrow(/from table no-table/);
      await expect(scanFailures(p.dynamoDb, 'no-table')).rejects.toThrow(BrokenWorldError);
      await expect(writeFailure(p.dynamoDb, 'no-table', record)).rejects.toThrow();
    });
  });
});
