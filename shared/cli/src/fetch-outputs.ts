/** Copies what a file became to a local folder, under the names that it has in the bucket. */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline as pump } from 'node:stream/promises';
import { openObject } from '@tastetrend/aws';
import {
  currentTableKey,
  type Manifest,
  manifestKey,
  type Profile,
  profileSchema,
  type Validation,
  validationSchema,
} from '@tastetrend/contracts';
import { reportKeysOf } from '@tastetrend/ingest';
import type { Target } from './target.ts';

export interface FetchedFile {
  readonly directory: string;
  readonly profile: Profile | undefined;
  readonly validation:
    | { readonly status: Validation['status']; readonly failed: readonly string[]; readonly warned: readonly string[] }
    | undefined;
  /** Names of what was fetched. */
  readonly files: readonly string[];
}

const OURS =
  /^(?:(?:validation|bias)_.*\.json|processed_.*\.parquet|manifest\.json|(?:quarantine|duplicates)\.jsonl|profile\.json)$/;

/** A raw key as a path below a folder: its own folders stay, and no part of it leads out. */
export function pathOfKey(key: string): string {
  const parts = key.split('/').filter((part) => part !== '');
  return parts.map((part) => (part === '.' || part === '..' ? part.replaceAll('.', '%2E') : part)).join('/');
}

/** @throws BrokenWorldError */
export async function fetchOutputs(manifest: Manifest, target: Target, out: string): Promise<FetchedFile> {
  const directory = join(out, pathOfKey(manifest.source.key));
  await mkdir(directory, { recursive: true });
  // An earlier run's outputs of the same key go, so that what lies here belongs together.
  for (const name of await readdir(directory)) if (OURS.test(name)) await rm(join(directory, name));

  const wanted = new Map<string, string>([[manifestKey(manifest.identity), 'manifest.json']]);
  for (const { role, key, bytes } of manifest.outputs) {
    if (role === 'table') wanted.set(key, basename(currentTableKey(manifest.source.key)));
    else if (role === 'profile' || bytes > 0) wanted.set(key, basename(key));
  }
  const [validationKey] = reportKeysOf(manifest);
  for (const key of reportKeysOf(manifest)) wanted.set(key, basename(key));
  for (const [key, name] of wanted) await fetchObject(target, key, join(directory, name));

  const hasProfile = manifest.outputs.some(({ role }) => role === 'profile');
  return {
    directory,
    profile: hasProfile ? profileSchema.parse(await readJson(join(directory, 'profile.json'))) : undefined,
    validation: validationKey ? await readValidation(join(directory, basename(validationKey))) : undefined,
    files: [...wanted.values()].sort(),
  };
}

async function readValidation(path: string): Promise<FetchedFile['validation']> {
  const { status, checks } = validationSchema.parse(await readJson(path));
  const texts = (wanted: 'warn' | 'fail') =>
    checks
      .filter((check) => check.status === wanted)
      .map(({ message, what_to_do }) => `${message} ${what_to_do ?? ''}`.trim());
  return { status, failed: texts('fail'), warned: texts('warn') };
}

async function fetchObject(target: Target, key: string, path: string): Promise<void> {
  const opened = await openObject(target.s3, target.processedBucket, key);
  if (opened === undefined) throw new Error(`s3://${target.processedBucket}/${key} is gone`);
  // Whole or not at all: a run that is interrupted leaves no half file under a good name.
  const part = `${path}.part-${process.pid}`;
  await pump(opened.body, createWriteStream(part));
  await rename(part, path);
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
