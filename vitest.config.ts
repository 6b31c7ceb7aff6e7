import { defineConfig } from 'vitest/config';

// Vitest reads a default export; nothing else in the house has one.
// biome-ignore lint/style/noDefaultExport: the tool asks for it
export default defineConfig({
  test: {
    include: ['{services,shared,scripts,infra}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
