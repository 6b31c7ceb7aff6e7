import { type Manifest, makeManifest, REVIEW_COLUMNS } from '@tastetrend/contracts';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { HOSTILE, HOSTILE_INFERENCE, pageFor } from '../../test-data/pages.ts';
import { countsOf, GONE, manifestOf, profileOf, REJECTED, rows, tableOf } from '../../test-data/tally.ts';
import { count, decimal, plain, share, signedPoints } from './format.ts';
import { foreign, html } from './html.ts';

const FILE = [
  ...rows(40, { location: HOSTILE[0], partySize: 2 }),
  ...rows(40, { gender: 'male', rating: 200, location: HOSTILE[4] }),
  ...rows(3, { fate: 'duplicates' }),
  ...rows(2, { fate: 'quarantined', gender: 'unreadable', ethnicity: 'unreadable', age: 'unreadable' }),
];
const PROFILE = profileOf(FILE, { rules: { '<b>rule</b>': { count: 3, first_lines: [4, 5] } } });
const TABLE = tableOf(FILE);

function hostileManifest(): Manifest {
  const { schema: _, identity: __, transform_version: ___, ...facts } = manifestOf(PROFILE, countsOf(FILE), TABLE);
  return makeManifest({ ...facts, inferred: HOSTILE_INFERENCE });
}

describe('html', () => {
  it('property: no text leaves the place it is put into', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE)), (text) => {
        const written = html`<p title="${text}">${text}</p>`.text;
        expect(written.match(/[<>]/g)).toHaveLength(4);
        expect(written.match(/"/g)).toHaveLength(2);
        expect(written.isWellFormed()).toBe(true);
      }),
    );
  });

  it('isolates the direction of foreign text, and cuts it between graphemes', () => {
    expect(foreign('abc').text).toBe('<bdi>abc</bdi>');
    expect(foreign('👩‍👩‍👧'.repeat(9), 4).text).toBe(`<bdi>${'👩‍👩‍👧'.repeat(4)}…</bdi>`);
  });
});

describe('numbers', () => {
  it.each([
    [count(1234567), '1,234,567'],
    [decimal(-0.001, 2), '0.00'],
    [decimal(-1234.5, 1), '−1,234.5'],
    [plain(17.6), '17.6'],
    [plain(100), '100'],
    [share(0.12345), '12.3\u00a0%'],
    [signedPoints(0.0123), '+1.2'],
  ])('%s', (written, expected) => expect(written).toBe(expected));
});

describe('the page', () => {
  it('promise 1, once in effect: the same version has the same bytes, without a clock', async () => {
    const manifest = hostileManifest();
    const first = await pageFor(manifest, PROFILE, TABLE);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-01-02') });
    const later = await pageFor(manifest, PROFILE, TABLE).finally(() => vi.useRealTimers());
    expect(later).toBe(first);
  });

  it('has a section for what was found, and no other', async () => {
    const page = await pageFor(hostileManifest(), PROFILE, TABLE);
    for (const id of [
      'checks',
      'rows',
      'distributions',
      'missing',
      'columns',
      'groups',
      'dropped',
      'aside',
      'changes',
      'reading',
    ]) {
      expect(page.split(`id="${id}"`), id).toHaveLength(2);
      expect(page, id).toContain(`href="#${id}"`);
    }
    const rejected = await pageFor(REJECTED, null);
    expect(rejected).toContain('No column of this file is known.');
    expect(rejected).not.toContain('id="rows"');
    expect(await pageFor(GONE, null)).toContain('deleted before it was read');
  });

  it('says the conservation sum in numbers', async () => {
    const page = await pageFor(hostileManifest(), PROFILE, TABLE);
    expect(page).toContain('80 accepted + 3 duplicates + 2 set aside = 85: every row read is accounted for.');
  });

  it('needs nothing from elsewhere, and holds no element that could run', async () => {
    const page = await pageFor(hostileManifest(), PROFILE, TABLE);
    expect(page).not.toMatch(/<(?:script|img|iframe|link|object|embed|base|form)\b/i);
    expect(page).not.toMatch(/\s(?:style|on\w+)=["']/i);
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  it('stays below 500 kB for the most groups, places and columns that there can be', async () => {
    const genders = ['male', 'female', 'other', 'non_binary', 'undisclosed'];
    const ethnicities = ['caucasian', 'african_american', 'hispanic', 'asian', 'native_american', 'mixed', 'other'];
    const ages = ['young_adult', 'adult', 'mid_age', 'mature', 'senior', 'elder'];
    const many = genders.flatMap((gender, g) =>
      ethnicities.flatMap((ethnicity, e) =>
        ages.flatMap((age, a) =>
          rows(20, {
            gender,
            ethnicity,
            age,
            rating: 100 + 10 * ((g + e + a) % 40),
            location: `${'x'.repeat(900)} ${g} ${e}`,
          }),
        ),
      ),
    );
    const columns = Array.from({ length: 500 }, (_, i) => ({
      header: `${'<'.repeat(120)}${i}`,
      column: null,
      by: 'none' as const,
    }));
    const profile = profileOf(many);
    const table = tableOf(many);
    const { schema: _, identity: __, transform_version: ___, ...facts } = manifestOf(profile, countsOf(many), table);
    const page = await pageFor(makeManifest({ ...facts, inferred: { ...HOSTILE_INFERENCE, columns } }), profile, table);
    expect(Buffer.byteLength(page)).toBeLessThan(500_000);
  });

  it('names no column of persons among values', async () => {
    const page = await pageFor(hostileManifest(), PROFILE, TABLE);
    const section = page.split('id="columns"')[1]?.split('</section>')[0] ?? '';
    for (const { name } of REVIEW_COLUMNS.filter(({ name }) =>
      ['customer_name', 'review_text', 'gender', 'extra'].includes(name),
    )) {
      expect(section).not.toContain(`<code>${name}</code>`);
    }
  });
});
