/** Copies what a file became to a local folder, under the names that it has in the bucket. */
import { createWriteStream, readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline as pump } from 'node:stream/promises';
import { BrokenWorldError, openObject } from '@tastetrend/aws';
import {
  currentTableKey,
  type Manifest,
  manifestKey,
  type Profile,
  profileSchema,
  reportKey,
  type Validation,
  validationSchema,
} from '@tastetrend/contracts';
import { reportKeysOf } from '@tastetrend/ingest';
import type { Target } from './target.ts';

/** Where the outputs of file versions lie, by their keys in the processed bucket. */
export interface Objects {
  /** Puts the whole object at this path. @throws BrokenWorldError when it is not there or cannot be read */
  fetch(key: string, path: string): Promise<void>;
}

export interface FetchedFile {
  readonly directory: string;
  readonly profile: Profile | undefined;
  readonly validation:
    | { readonly status: Validation['status']; readonly failed: readonly string[]; readonly warned: readonly string[] }
    | undefined;
  /** Names of what was fetched. */
  readonly files: readonly string[];
}

const MANIFEST = 'manifest.json';
const OURS =
  /^(?:(?:validation|bias|lineage)_.*\.json|report_.*\.html|processed_.*\.parquet|manifest\.json|(?:quarantine|duplicates)\.jsonl|profile\.json)$/;

/** A raw key as a path below a folder: its own folders stay, and no part of it leads out. */
export function pathOfKey(key: string): string {
  const parts = key.split('/').filter((part) => part !== '');
  return parts.map((part) => (part === '.' || part === '..' ? part.replaceAll('.', '%2E') : part)).join('/');
}

/**
 * Whole or not at all: everything is fetched beside the folder's contents and read before it takes their place, and the
 * manifest is there only when all the rest is.
 * @param directory made if need be; what an earlier run put there goes, so that what lies here belongs together
 * @throws BrokenWorldError, and what the file system throws
 */
export async function fetchOutputs(manifest: Manifest, objects: Objects, directory: string): Promise<FetchedFile> {
  await mkdir(directory, { recursive: true });
  const part = await mkdtemp(join(directory, '.part-'));
  try {
    const wanted = new Map<string, string>();
    for (const { role, key, bytes } of manifest.outputs) {
      if (role === 'table') wanted.set(key, basename(currentTableKey(manifest.source.key)));
      else if (role === 'profile' || bytes > 0) wanted.set(key, basename(key));
    }
    const [validationKey] = reportKeysOf(manifest);
    for (const key of [...reportKeysOf(manifest), ...lineageKeysOf(manifest)]) wanted.set(key, basename(key));
    wanted.set(manifestKey(manifest.identity), MANIFEST);
    for (const [key, name] of wanted) await objects.fetch(key, join(part, name));

    const hasProfile = manifest.outputs.some(({ role }) => role === 'profile');
    const fetched = {
      directory,
      profile: hasProfile ? profileSchema.parse(await readJson(join(part, 'profile.json'))) : undefined,
      validation: validationKey ? await readValidation(join(part, basename(validationKey))) : undefined,
      files: [...wanted.values()].sort(),
    };
    replaceOutputs(directory, part, [...wanted.values()]);
    return fetched;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** The OpenLineage event, which has to say when. */
function lineageKeysOf({ outcome, identity, source }: Manifest): string[] {
  const isTold = outcome !== 'ignored' && source.uploaded_at !== null;
  return isTold ? [reportKey('lineage', source.uploaded_at, identity)] : [];
}

/** In one go, so that no Ctrl-C comes between. */
function replaceOutputs(directory: string, part: string, names: readonly string[]): void {
  rmSync(join(directory, MANIFEST), { force: true });
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory() && OURS.test(entry.name)) rmSync(join(directory, entry.name));
  }
  for (const name of names) renameSync(join(part, name), join(directory, name));
}

async function readValidation(path: string): Promise<FetchedFile['validation']> {
  const { status, checks } = validationSchema.parse(await readJson(path));
  const texts = (wanted: 'warn' | 'fail') =>
    checks
      .filter((check) => check.status === wanted)
      .map(({ message, what_to_do }) => `${message} ${what_to_do ?? ''}`.trim());
  return { status, failed: texts('fail'), warned: texts('warn') };
}

export function objectsOf(target: Pick<Target, 's3' | 'processedBucket'>): Objects {
  return {
    async fetch(key, path) {
      const opened = await openObject(target.s3, target.processedBucket, key);
      if (opened === undefined) throw new BrokenWorldError(`s3://${target.processedBucket}/${key} is gone`);
      await pump(opened.body, createWriteStream(path));
    },
  };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
