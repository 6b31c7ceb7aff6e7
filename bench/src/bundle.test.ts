import { expect, test } from 'vitest';
import { measureBundle } from './bundle.ts';

test('the transform bundle zips to at most 300 KB on its default path, which loads no second writer', (context) => {
  const bundle = measureBundle([], 1);
  context.skip(bundle === undefined, 'the transform is not built: npm run build');
  expect(bundle?.default_path.zipped_bytes).toBeLessThanOrEqual(300_000);
  expect(bundle?.default_path.zipped_bytes).toBeGreaterThan(10_000);
  const names = bundle?.default_path.files.join(' ');
  expect(names).toContain('handler.mjs');
  expect(names).not.toMatch(/parquetjs|hyparquet/);
  expect(bundle?.all.files.join(' ')).toMatch(/parquetjs/);
  expect(bundle?.load_ms).toBeGreaterThan(0);
});
