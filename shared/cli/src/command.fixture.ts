/** The real command as a child process, as a shell runs it. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSample } from '@tastetrend/testing';
import { afterAll } from 'vitest';

/** What Node compiled, for the next run of a test file: most of a short run is loading. */
const COMPILED = mkdtempSync(join(tmpdir(), 'tastetrend-cli-compiled-'));
afterAll(() => rmSync(COMPILED, { recursive: true, force: true }));
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of the test file, gone at its end. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tastetrend-cli-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Runs `tastetrend …` in a folder. Nobody listens where it would look for AWS, so that a verb which needs none is seen
 * to ask for none.
 * @param interruption a signal, sent when the command has printed this
 */
export function tastetrend(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  interruption: { after: RegExp; signal: NodeJS.Signals } | undefined = undefined,
): Promise<Ran> {
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: COMPILED,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...environment,
  };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      if (interruption?.after.test(text.stdout + text.stderr) && !child.killed) child.kill(interruption.signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}

export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Every file below a folder with its bytes, by path. */
export function filesBelow(folder: string): Record<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))]));
}

/** 614 generated reviews, of which 31 are duplicates; its validation warns. */
export const GOOD = generateSample(20261122, 'downtown').bytes;

/** Seven rows: four accepted, one duplicate, two quarantined, which is more than a validation lets pass. */
export const POOR = `Review No;Guest Name;Visit Date;Score;Comments;Amount;Gender;Mood
1;Ann;31/01/2026;8;"Fine; really";12.50;F;happy
2;Bob;05/02/2026;11;Bad;x;male;
3;Cy;31/31/2026;nine;"broken" x;3;M;sad
4;Di;13/02/2026;7;so
5;Eve;14/02/2026;9;ok;abc;purple;x
5;Eve;14/02/2026;9;ok;abc;purple;x
6;F;32/02/2026;4;ok;1;N/A;x
`;

/** What a terminal would act on instead of showing it. */
export const HOSTILE = 'a\x1b[31m\x07\x9b2J\u202ecba\u2028';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const ACTED_ON = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
