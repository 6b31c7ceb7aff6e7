/** How much memory a process holds, which is what Lambda's memory setting limits. */
import { readFile } from 'node:fs/promises';

/** @returns resident memory in MiB, or undefined where the system does not tell (anything but Linux) */
export async function residentMemory_mb(pid: number): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'latin1');
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
    return match === null ? undefined : Number(match[1]) / 1024;
  } catch {
    return undefined;
  }
}
