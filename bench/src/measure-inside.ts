/** Loaded into a Node contestant where there is no Python to measure it from outside: it says at its end what it used. */
import { writeFileSync } from 'node:fs';

process.on('exit', (exit_code) => {
  const file = process.env.BENCH_RESULT;
  if (file === undefined) return;
  const { userCPUTime, systemCPUTime, maxRSS, involuntaryContextSwitches } = process.resourceUsage();
  const result = {
    wall_s: performance.now() / 1000,
    user_s: userCPUTime / 1e6,
    system_s: systemCPUTime / 1e6,
    rss_bytes_max: maxRSS * 1024,
    involuntary_switches: involuntaryContextSwitches,
    exit_code,
  };
  writeFileSync(file, JSON.stringify(result));
});
