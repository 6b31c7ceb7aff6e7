/** A backfill's ports over AWS, its checkpoint in a file of this machine. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listKeys, readText } from '@tastetrend/aws';
import { manifestKey } from '@tastetrend/contracts';
import type { BackfillPorts, Checkpoint } from './backfill.ts';
import { transformedBy } from './manifests.ts';
import type { OperatorAccess } from './operator-access.ts';
import { resendVersions } from './resend.ts';

/** @param checkpointFile one for each pipeline, prefix and choice of what to send */
export function backfillPorts(prefix: string, checkpointFile: string, access: OperatorAccess): BackfillPorts {
  const { s3, rawBucket, processedBucket } = access;
  return {
    async *pages(after) {
      await assertBucketIsThere(access);
      yield* listKeys(s3, rawBucket, { prefix, after });
    },
    transformedBy: (version) => transformedBy(s3, processedBucket, version),
    send: (versions) => resendVersions(versions, access),
    checkpoints: {
      async read() {
        const text = await readFile(checkpointFile, 'utf8').catch(() => undefined);
        return text === undefined ? undefined : checkpointOf(text);
      },
      async write(checkpoint) {
        await mkdir(dirname(checkpointFile), { recursive: true });
        // Whole or not at all: a run may die in the middle of it.
        await writeFile(`${checkpointFile}.new`, JSON.stringify(checkpoint));
        await rename(`${checkpointFile}.new`, checkpointFile);
      },
      clear: () => rm(checkpointFile, { force: true }),
    },
  };
}

/** One that cannot be read is none: then everything is looked at again, and what is done is passed over. */
function checkpointOf(text: string): Checkpoint | undefined {
  try {
    const { after, sent, lookedAt } = JSON.parse(text) as Partial<Checkpoint>;
    if (typeof after !== 'string' || typeof sent !== 'number' || typeof lookedAt !== 'number') return undefined;
    return { after, sent, lookedAt };
  } catch {
    return undefined;
  }
}

/**
 * The answer to a HEAD in a bucket that is not there looks like "no manifest", and everything would be sent.
 * @throws BrokenWorldError when the processed bucket cannot be read
 */
export async function assertBucketIsThere({ s3, processedBucket }: OperatorAccess): Promise<void> {
  await readText(s3, processedBucket, manifestKey('none'));
}
