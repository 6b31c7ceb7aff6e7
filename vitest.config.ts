import { defineConfig } from 'vitest/config';
import { SkipReporter } from './scripts/skip-reporter.mjs';

/**
 * What takes long and seldom tells: peers of the bench, latency over many uploads, deaths that are waited for, a million
 * rows, a second implementation and a real embedding model in Python, simulated files, operators and supervisors that are
 * interrupted. .ci/run runs them after the others.
 */
const SLOW = [
  'bench/**/*.test.ts',
  '**/latency.test.ts',
  '**/deadly-file.test.ts',
  '**/million-rows.test.ts',
  '**/oracle.test.ts',
  '**/*-oracle.test.ts',
  '**/minilm.test.ts',
  '**/simulation.test.ts',
  '**/verbs/operator.test.ts',
  '**/rollup-load.test.ts',
  '**/supervised.test.ts',
];
/** What needs Terraform and Go: infra/check runs them. */
const INFRA = ['infra/**/*.check.test.ts'];
const isSlowRun = process.env.TASTETREND_TESTS === 'slow';
const isInfraRun = process.env.TASTETREND_TESTS === 'infra';
/** What has a part in the usual run, and takes a quarter of an hour as a whole: npm run test:reliability. */
const RELIABILITY = ['shared/testing/src/reliability/**/*.test.ts'];
/** What has none. */
const LOAD = ['**/reliability/load.test.ts', '**/reliability/repeats.test.ts'];
const isReliabilityRun = process.env.TASTETREND_TESTS === 'reliability';
const isUsualRun = !isSlowRun && !isInfraRun && !isReliabilityRun;
const USUAL = ['{services,shared,scripts,infra,examples}/**/*.test.ts'];

// biome-ignore lint/style/noDefaultExport: vitest reads one; nothing else in the house has any
export default defineConfig({
  test: {
    include: isInfraRun ? INFRA : isSlowRun ? SLOW : isReliabilityRun ? RELIABILITY : USUAL,
    exclude: ['**/node_modules/**', '**/dist/**', ...(isUsualRun ? [...SLOW, ...INFRA, ...LOAD] : [])],
    reporters: [['default', { summary: false }], new SkipReporter()],
    // No test measures time; these bound what hangs, on a machine of two cores that runs two files at once.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests of the running pipeline wait more than they work.
    maxWorkers: 3,
    // Each of these loads the machine by itself.
    fileParallelism: !isReliabilityRun,
  },
});
