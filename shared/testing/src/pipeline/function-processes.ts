/** The processes of a function, found by the bundle that they run: each pipeline has a copy of its own. */
import { spawnSync } from 'node:child_process';

/** @param bundle the path of the function's bundle, as it stands in the process's arguments */
export function pidsRunning(bundle: string): number[] {
  // `-ww`: whole lines.
  const { stdout } = spawnSync('ps', ['-ww', '-A', '-o', 'pid=,args='], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line.includes(bundle) && line.includes('bootstrap'));
  return lines.map((line) => Number.parseInt(line, 10)).filter((pid) => pid > 1);
}
