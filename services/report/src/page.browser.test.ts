/** The page as a browser has it: what it loads, how wide it is, what a screen reader finds, and what hostile text can do. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { comparisonSchema, makeManifest } from '@tastetrend/contracts';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareUpload } from './compare-uploads.ts';
import { indexPagesOf } from './core/page/index-pages.ts';
import { HOSTILE, HOSTILE_INFERENCE, pageFor } from './test-data/pages.ts';
import { bucket, report } from './test-data/reported-uploads.ts';
import { countsOf, manifestOf, profileOf, REJECTED, rows, tableOf } from './test-data/tally.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = PLACES.find((path) => existsSync(path));
const WHY_NOT = `no Chromium here (looked for ${PLACES.join(', ')})`;

const FILE = [
  ...HOSTILE.flatMap((location, i) =>
    rows(12 + i, { location, gender: i % 2 ? 'male' : 'female', rating: 100 + 50 * i, partySize: 1 + i }),
  ),
  ...rows(60, { gender: 'non_binary', hasText: false, age: 'missing', rating: 100 }),
  ...rows(7, { fate: 'duplicates' }),
  ...rows(30, { fate: 'quarantined', gender: 'unreadable', ethnicity: 'unreadable', age: 'unreadable' }),
];

async function hostilePage(): Promise<string> {
  const profile = profileOf(FILE, {
    rules: { [HOSTILE[0]]: { count: 3, first_lines: [4, 5] } },
    recovered: { [HOSTILE[1]]: 2 },
  });
  const table = tableOf(FILE);
  const { schema: _, identity: __, transform_version: ___, ...facts } = manifestOf(profile, countsOf(FILE), table);
  return await pageFor(makeManifest({ ...facts, inferred: HOSTILE_INFERENCE }), profile, table);
}

/** What changed between two uploads of a key that is no name for a file, and the list that has both. */
async function comparedPages(): Promise<{ comparison: string; index: string }> {
  const at = bucket();
  const key = `reviews/${HOSTILE.join(' ')}.csv`.replaceAll('\u0000', '').replaceAll('\ud800', '');
  const uploads = [
    { rows: rows(200, { location: HOSTILE[0] }), version: 'v1', uploadedAt: '2026-01-31T10:00:00.000Z' },
    {
      rows: [
        ...rows(150, { location: HOSTILE[0], rating: 200 }),
        ...rows(50, { location: HOSTILE[0], hasText: false, gender: 'male' }),
      ],
      version: 'v2',
      uploadedAt: '2026-02-28T10:00:00.000Z',
    },
  ];
  const validations = [];
  for (const upload of uploads) {
    const summaries = await report(at, { key, ...upload });
    await compareUpload(summaries, 0.05, at.ports);
    validations.push(summaries.validation);
  }
  const kept = (name: RegExp) => [...at.kept].find(([one]) => name.test(one))?.[1] ?? '';
  const comparison = comparisonSchema.parse(JSON.parse(kept(/\/comparison_.*\.json$/)));
  const [index = ''] = indexPagesOf(
    validations.toReversed().map((validation, i) => ({
      validation,
      href: '../a.html',
      changes: i === 0 ? { comparison, href: '../b.html' } : null,
    })),
  );
  return { comparison: kept(/\/comparison_.*\.html$/), index };
}

let browser: Browser | undefined;
const NAMES = ['hostile', 'rejected', 'comparison', 'index'] as const;
const pages: Record<(typeof NAMES)[number], string> = { hostile: '', rejected: '', comparison: '', index: '' };

beforeAll(async () => {
  if (executablePath === undefined) return;
  // Tests may run as root in a container, where Chromium's own sandbox cannot.
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const compared = await comparedPages();
  const texts = { hostile: await hostilePage(), rejected: await pageFor(REJECTED, null), ...compared };
  for (const name of NAMES) {
    const text = texts[name];
    const path = join(tmpdir(), `tastetrend-page-${process.pid}-${name}.html`);
    await writeFile(path, text);
    pages[name] = pathToFileURL(path).href;
  }
});
afterAll(() => browser?.close());
beforeEach((context) => {
  if (browser === undefined) context.skip(WHY_NOT);
});

interface Opened {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

async function open(name: keyof typeof pages, width: number, colorScheme: 'light' | 'dark'): Promise<Opened> {
  const page = await (browser as Browser).newPage({ viewport: { width, height: 800 }, colorScheme });
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  await page.goto(pages[name]);
  return { page, requests, complaints };
}

describe('in Chromium', () => {
  it.each(NAMES)('loads nothing else, runs nothing, and breaks no rule of its own policy: %s', async (name) => {
    const { page, requests, complaints } = await open(name, 1280, 'light');
    await page.hover('main');
    expect(requests).toEqual([pages[name]]);
    expect(complaints).toEqual([]);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('script, img, base').count()).toBe(0);
    // The style sheet is the one that the policy knows: without it the page has the browser's own margin.
    expect(await page.evaluate('getComputedStyle(document.body).marginTop')).toBe('0px');
    await page.close();
  });

  it('shows foreign text as it is, each piece in its own direction', async () => {
    const { page } = await open('hostile', 1280, 'light');
    await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
    const shown = await page.locator('bdi').allInnerTexts();
    for (const text of HOSTILE.filter((one) => !one.includes('\u0000'))) expect(shown).toContain(text);
    await page.close();
  });

  it.each([360, 768, 1280])('has no horizontal scroll at %i px, folded and unfolded', async (width) => {
    for (const name of NAMES) {
      const { page } = await open(name, width, 'light');
      const scrollWidth = () => page.evaluate('document.documentElement.scrollWidth');
      expect(await scrollWidth()).toBe(width);
      await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
      expect(await scrollWidth()).toBe(width);
      await page.close();
    }
  });

  it.each([
    ['hostile', 'light', 1280],
    ['hostile', 'dark', 360],
    ['rejected', 'light', 360],
    ['rejected', 'dark', 1280],
    ['comparison', 'light', 360],
    ['comparison', 'dark', 1280],
    ['index', 'dark', 360],
    ['index', 'light', 1280],
  ] as const)('axe finds no violation: %s, %s, %i px', async (name, scheme, width) => {
    const { page } = await open(name, width, scheme);
    await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
    await page.evaluate(axe.source);
    const found = (await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html, failureSummary }) => [html, failureSummary].join(" "))].join(": ")))',
    )) as string[];
    expect(found).toEqual([]);
    await page.close();
  });

  it('can be used by keyboard: the first stop skips to the report, and folded tables open', async () => {
    const { page } = await open('hostile', 1280, 'light');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the report');
    const details = page.locator('details').first();
    await details.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await details.getAttribute('open')).not.toBeNull();
    await page.close();
  });

  it('says what changed since the upload before, the surest first, and what is within chance', async () => {
    const { page } = await open('comparison', 1280, 'light');
    const listed = await page.locator('#changed ~ .checks li strong').allInnerTexts();
    expect(listed.slice(0, 1)).toEqual(['Ratings, on average: 4.00 → 2.50.']);
    const bars = await page.locator('#ratings ~ .charts table tbody th').allTextContents();
    expect(bars).toEqual(['1', '2', '3', '4', '5']);
    expect(listed).toContain('Without review text: 0.0\u00a0% → 25.0\u00a0%.');
    expect(await page.locator('#changed ~ details summary').textContent()).toMatch(
      /within chance: no change to speak of/,
    );
    await page.locator('#changed ~ details summary').click();
    expect(await page.locator('#changed ~ details').textContent()).toContain('Without total spent');
    expect(listed.join()).not.toContain('total spent');
    await page.close();
    const index = (await open('index', 1280, 'light')).page;
    const row = index.locator('tbody tr').first();
    expect(await row.textContent()).toMatch(/\d changes\s*Ratings, on average 4\.00 → 2\.50; .* and \d+ more/);
    expect(await index.locator('tbody tr').nth(1).locator('td').nth(1).textContent()).toBe('–');
    await index.close();
  });

  it.each(['hostile', 'comparison'] as const)('every chart has its numbers in a table beside it: %s', async (name) => {
    const { page } = await open(name, 1280, 'light');
    for (const chart of await page.locator('svg[role=img]').all()) {
      expect(await chart.getAttribute('aria-label')).toMatch(/table below/);
      const tables = await chart.evaluate((svg) => {
        const near = [svg.closest('figure'), svg.closest('.charts')?.nextElementSibling];
        return near.filter((element) => element?.querySelector('table') || element?.tagName === 'DETAILS').length;
      });
      expect(tables).toBeGreaterThan(0);
    }
    await page.close();
  });

  it.each(['hostile', 'comparison'] as const)('prints unfolded, in light colours: %s', async (name) => {
    const { page } = await open(name, 1280, 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(0, 0, 0)');
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(20_000);
    expect(await page.locator('details table').first().isVisible()).toBe(true);
    await page.close();
  });
});
