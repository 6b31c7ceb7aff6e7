/** How much memory a process holds, which is what Lambda's memory setting limits. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** @returns resident memory in MiB, or undefined where the system does not tell (anything but Linux) */
export async function residentMemory_mb(pid: number): Promise<number | undefined> {
  try {
    return mebibytesOf('VmRSS', await readFile(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return undefined;
  }
}

/**
 * The most resident memory that this process ever held, in MiB. Not by the system's usage counters: on Linux a new process
 * begins those with what its parent held.
 */
export function residentMemoryMax_mb(): number {
  try {
    return mebibytesOf('VmHWM', readFileSync('/proc/self/status', 'latin1')) ?? 0;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

function mebibytesOf(name: 'VmRSS' | 'VmHWM', status: string): number | undefined {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status);
  return match === null ? undefined : Number(match[1]) / 1024;
}
