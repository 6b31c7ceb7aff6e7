/**
 * Copies the packages of a version from one environment's artifacts bucket to another's, byte for byte:
 *   node scripts/release.mjs promote --from tastetrend-dev-artifacts-… --to tastetrend-staging-artifacts-… --version 0.2
 * What is live there moves only when that environment is applied with the version.
 */
import { parseArgs } from 'node:util';
import { findPackage, PackageDiffersError, readPackage, writePackage } from './artifacts.ts';
import { deployedServices } from './packaging.ts';
import { releaseClient } from './release-client.ts';

const { values } = parseArgs({
  options: { from: { type: 'string' }, to: { type: 'string' }, version: { type: 'string' } },
});
const { from, to, version } = values;

async function promote(service: string, fromBucket: string, toBucket: string, number: string): Promise<string> {
  const source = await findPackage(s3, fromBucket, service, number);
  if (source === undefined) throw new Error(`${fromBucket} has no ${service} ${number}; release it there first`);
  const bytes = await readPackage(s3, fromBucket, source);
  const outcome = await writePackage(s3, toBucket, source, bytes);
  const copy = await findPackage(s3, toBucket, service, number);
  if (copy?.zipSha256 !== source.zipSha256) {
    throw new PackageDiffersError(
      `s3://${toBucket}/${source.key} is another package: ${copy?.zipSha256}, and not ${source.zipSha256}`,
    );
  }
  await readPackage(s3, toBucket, copy);
  return `${source.key}: ${outcome === 'written' ? 'copied' : 'there already'}, sha256 ${source.zipSha256}`;
}

const s3 = releaseClient();
try {
  if (!from || !to || !version) throw new Error('promote needs --from BUCKET --to BUCKET --version NUMBER');
  for (const service of deployedServices()) console.log(await promote(service, from, to, version));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  s3.destroy();
}
