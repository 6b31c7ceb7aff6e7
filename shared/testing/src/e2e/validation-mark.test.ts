/** The current table says whether its version passed validation, in the very word of the summary. */
import { currentTableFactsOf, currentTableKey, reportKey, type Validation } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { reviewFile, tinyFile } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'promise 3: the mark of validation';

/** Rows of which so many have no text: over 40 % warns, over 50 % fails. */
function missingTexts(rows: number, missing: number): string {
  const lines = Array.from({ length: rows }, (_, at) => `r${at},2026-01-02,4,${at < missing ? '' : `text ${at}`}`);
  return `review_id,date,rating,review_text\n${lines.join('\n')}\n`;
}

const INFO = 'location,restaurant_name,address,avg_stars\nDowntown,Whiskey,Street 1,4.5\n';
const AGES = `review_id,date,rating,review_text,age_range\n${[1, 2, 3].map((at) => `r${at},2026-01-02,4,t${at},18-25`).join('\n')}\n`;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  it.each([
    ['pass', 'all-there', AGES],
    ['warn', 'texts-at-41', missingTexts(100, 41)],
    ['fail', 'texts-at-51', missingTexts(100, 51)],
    ['pass', 'info', INFO],
    [undefined, 'as-generated', reviewFile(71, 300, { badRowRate: 0.02 }).bytes],
    [undefined, 'bad-rows', reviewFile(72, 300, { schema: 'eastside', badRowRate: 0.2 }).bytes],
  ] as const)('%s: table and summary of %s say the same', async (status, name, bytes) => {
    const key = `marked/${name}.csv`;
    // A version that fails validation replaces the table all the same.
    await p.run(key, tinyFile('before'));
    const { version, manifest } = await p.run(key, bytes);
    const { metadata } = await p.readProcessed(currentTableKey(key));
    const summary = await p.readJson<Validation>(
      reportKey('validation', manifest.source.uploaded_at, version.identity),
    );
    expect(currentTableFactsOf(metadata)).toMatchObject({ identity: version.identity, kind: manifest.kind });
    expect(currentTableFactsOf(metadata).validation).toBe(summary.status);
    if (status !== undefined) expect(summary.status).toBe(status);
  });
});
