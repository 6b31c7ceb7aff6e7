/** The state that a file version must end in, whatever happened on the way: that of a run in which nothing happened. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { chunkHeadKey, completionIdOf, currentTableKey, shortIdentity, sourceIdOf } from '@tastetrend/contracts';
import { expect } from 'vitest';
import { objectCreatedEvent, type RunningPipeline, type UploadedVersion } from '../pipeline/index.ts';

/** What lies in the processed bucket of one file version, by key, as bytes have it. */
async function stateOf(p: RunningPipeline, { identity, key }: UploadedVersion): Promise<Map<string, string>> {
  const all = await p.listProcessed();
  const ofKey = [currentTableKey(key), chunkHeadKey(sourceIdOf(p.resources.buckets.raw, key))];
  // A comparison is of two versions, and a history of many.
  const own = all.filter(
    ({ key: found }) =>
      (found.includes(shortIdentity(identity)) && !/\/(?:comparison_|history\/)/.test(found)) || ofKey.includes(found),
  );
  return new Map(own.map((object) => [object.key, `${object.etag} ${object.bytes} bytes`]));
}

/**
 * Takes away everything that a file version became, does it again with nothing in its way, and compares; also, that all
 * its completion events carried one id. The version must be the only one of its key, and the pipeline idle.
 */
export async function expectStateOfQuietRun(p: RunningPipeline, version: UploadedVersion): Promise<void> {
  const ids = p.completions(version.identity).map(({ detail }) => detail.completion_id);
  expect(new Set(ids)).toEqual(new Set([completionIdOf(version.identity)]));

  const found = await stateOf(p, version);
  for (const Key of found.keys()) {
    await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.processed, Key }));
  }
  await p.send('transform', objectCreatedEvent({ bucket: p.resources.buckets.raw, ...version }));
  const manifest = await p.waitFor(version.identity, 'reported');
  await p.idle();
  const quiet = await stateOf(p, version);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(quiet));
  // Manifest, current table, four files of the report, chunks and their head, and the outputs: it was of something.
  expect(quiet.size).toBe(manifest.outputs.length + 8);
}
