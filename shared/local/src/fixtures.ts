/** What the tests of this package share: a Python with MiniStack, and folders that vanish. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

interface Setup {
  ensureVenv(name: string): Promise<string>;
}

const SETUP = new URL('../../../scripts/setup.mjs', import.meta.url).href;

/** The function whose behaviour each message steers; see there. */
export const STEERED_FUNCTION = fileURLToPath(new URL('./fixtures/steered-function.mjs', import.meta.url));

/** Logs an upload, counts it, publishes an event. */
export const REPORTING_FUNCTION = fileURLToPath(new URL('./fixtures/reporting-function.mjs', import.meta.url));

/** Works until it is ended. */
export const HANGING_FUNCTION = fileURLToPath(new URL('./fixtures/hanging-function.mjs', import.meta.url));

/** The Python environment of the local AWS; made on the first use on a machine, which takes about 20 s. */
export async function miniStackPython(): Promise<string> {
  const setup = (await import(SETUP)) as Setup;
  return await setup.ensureVenv('ministack');
}

export async function temporaryFolder(): Promise<string> {
  return await mkdtemp(path.join(tmpdir(), 'tastetrend-test-'));
}

/** Waits until `probe` gives something, and fails with `what` when it does not in time. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  within_ms = 10_000,
): Promise<NonNullable<T>> {
  const giveUpAt_ms = performance.now() + within_ms;
  while (performance.now() < giveUpAt_ms) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${within_ms} ms: ${what}`);
}

/** Whether the process runs; one that has ended and that nobody has asked after yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(existsSync('/proc/self/stat') ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '');
  } catch {
    return false;
  }
}
