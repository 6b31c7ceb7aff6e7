/**
 * Puts the packages of a version into the artifacts bucket, unless they are there. Called by Terraform (release.tf), which
 * says everything in the environment; an error here ends the apply before a function was touched.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { S3Client } from '@aws-sdk/client-s3';
import { findPackage, listVersions, packageKey, readPackage, VersionTakenError, writePackage } from './artifacts.ts';
import { deployedServices, packageService } from './packaging.ts';
import { releaseClient } from './release-client.ts';
import { planRelease, type ReleasePlan } from './release-plan.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Release {
  readonly bucket: string;
  readonly version: string;
  readonly sourcesSha256: string;
  readonly reuse: boolean;
}

function readRelease(variables: NodeJS.ProcessEnv): Release {
  const text = (name: string) => {
    const value = variables[name];
    if (!value)
      throw new Error(`${name} is not set; this is called by Terraform: terraform apply -var lambda_version=…`);
    return value;
  };
  return {
    bucket: text('RELEASE_BUCKET'),
    version: text('RELEASE_VERSION'),
    sourcesSha256: text('RELEASE_SOURCES_SHA256'),
    reuse: variables.RELEASE_REUSE === 'yes',
  };
}

function build(): void {
  const turbo = path.join(ROOT, 'node_modules', '.bin', 'turbo');
  const { status, stdout, stderr } = spawnSync(turbo, ['run', 'build', '--output-logs=errors-only'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the functions could not be built:\n${stdout}${stderr}`);
}

/** What each function's package needs; decided for all of them before anything is written. @throws VersionTakenError */
async function planAll(s3: S3Client, services: readonly string[], release: Release): Promise<Map<string, ReleasePlan>> {
  const { bucket, version, sourcesSha256, reuse } = release;
  const plans = new Map<string, ReleasePlan>();
  for (const service of services) {
    const plan = planRelease(version, sourcesSha256, await listVersions(s3, bucket, service), reuse);
    const key = packageKey(service, version);
    if (plan.kind === 'absent') throw new VersionTakenError(`${key} is not there, so there is nothing to reuse`);
    if (plan.kind === 'refuse') {
      throw new VersionTakenError(
        `${key} is there already, made from other sources than these, and a package is never overwritten. ` +
          `Release these sources as ${plan.next} (lambda_version = "${plan.next}"), or deploy what lies under ${version} ` +
          'as it is with reuse_package = true.',
      );
    }
    plans.set(service, plan);
  }
  const kinds = [...plans.values()];
  const hasOtherSources = kinds.some((plan) => plan.kind === 'reuse' && plan.why !== 'same_sources');
  if (hasOtherSources && kinds.some(({ kind }) => kind === 'publish')) {
    throw new VersionTakenError(`version ${version} was released in part, from other sources; use another number`);
  }
  return plans;
}

async function reuse(s3: S3Client, service: string, { bucket, version }: Release, why: string): Promise<string> {
  const found = await findPackage(s3, bucket, service, version);
  if (found === undefined) throw new Error(`${packageKey(service, version)} was there a moment ago, and is gone`);
  await readPackage(s3, bucket, found);
  return `${found.key} is there (${why}), sha256 ${found.zipSha256}`;
}

async function publish(s3: S3Client, service: string, { bucket, version, sourcesSha256 }: Release): Promise<string> {
  const zip = packageService(service, { root: ROOT, version });
  const made = { key: packageKey(service, version), sourcesSha256, zipSha256: zip.sha256 };
  if ((await writePackage(s3, bucket, made, readFileSync(zip.path))) === 'written') {
    return `${made.key} uploaded, ${zip.bytes} bytes, sha256 ${zip.sha256}`;
  }
  const other = await findPackage(s3, bucket, service, version);
  if (other?.sourcesSha256 === sourcesSha256) return `${made.key} was uploaded by another release of the same sources`;
  throw new VersionTakenError(`${made.key} was taken by another release meanwhile; run this again`);
}

async function main(s3: S3Client): Promise<void> {
  const release = readRelease(process.env);
  const plans = await planAll(s3, deployedServices(ROOT), release);
  if ([...plans.values()].some(({ kind }) => kind === 'publish')) build();
  for (const [service, plan] of plans) {
    console.log(
      plan.kind === 'reuse' ? await reuse(s3, service, release, plan.why) : await publish(s3, service, release),
    );
  }
}

const s3 = releaseClient();
try {
  await main(s3);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  s3.destroy();
}
