// A vitest reporter: says of each skipped test why, keeps the list for .ci/run, and ends with one plain line of counts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export class SkipReporter {
  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const skips = [];
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state] = (counts[result.state] ?? 0) + 1;
        if (result.state === 'skipped')
          skips.push({ test: `${module.relativeModuleId} > ${test.fullName}`, why: result.note ?? '' });
      }
    }
    for (const { test, why } of skips) console.log(`SKIPPED ${test}: ${why || 'no reason was given'}`);
    const file = process.env.TASTETREND_SKIPS_FILE;
    if (file) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(skips, null, 2)}\n`);
    }
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
