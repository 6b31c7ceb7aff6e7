import { defineConfig } from 'vitest/config';
import { SkipReporter } from './scripts/skip-reporter.mjs';

// biome-ignore lint/style/noDefaultExport: vitest reads one; nothing else in the house has any
export default defineConfig({
  test: {
    include: ['{services,shared,scripts,infra,bench}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    reporters: [['default', { summary: false }], new SkipReporter()],
    // No test measures time; these bound what hangs, on a machine of two cores that runs two files at once.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
