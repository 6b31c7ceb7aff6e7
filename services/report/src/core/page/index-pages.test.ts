import { emptyMonthCell, pipeline } from '@tastetrend/contracts';
import { expect, it } from 'vitest';
import { HOSTILE } from '../../test-data/pages.ts';
import { countsOf, manifestOf, profileOf, REJECTED, rows } from '../../test-data/tally.ts';
import { validationOf } from '../validation.ts';
import { indexPagesOf, monthsPageOf } from './index-pages.ts';

const FILE = rows(3);
const GOOD = validationOf(manifestOf(profileOf(FILE), countsOf(FILE)), profileOf(FILE), pipeline.checks);
const BAD = validationOf(REJECTED, null, pipeline.checks);

it('lists uploads by the hundred, each on one page, with links between the pages', () => {
  const uploads = Array.from({ length: 201 }, (_, i) => ({
    validation: i === 200 ? BAD : GOOD,
    href: `../r${i}.html`,
  }));
  const pages = indexPagesOf(uploads);
  expect(pages.map((page) => page.match(/href="\.\.\/r\d+\.html"/g)?.length)).toEqual([100, 100, 1]);
  expect(pages[0]).toContain('<a href="index_3.html">Page 3</a>');
  expect(pages[2]).toContain('Rejected');
  expect(pages[1]).toContain('<dd>201</dd>');
});

it('is a page where there is nothing', () => {
  expect(indexPagesOf([])).toHaveLength(1);
});

it('shows keys and restaurants as text', () => {
  const validation = { ...GOOD, source: { ...GOOD.source, key: HOSTILE[0] } };
  const [page] = indexPagesOf([{ validation, href: '../x.html' }]);
  const cell = { ...emptyMonthCell(HOSTILE[1] ?? '', null), rows: 1 };
  const months = monthsPageOf({
    schema: 'tastetrend.rollup/1',
    files: 1,
    files_without_months: 0,
    cells_pooled: 0,
    cells: [cell],
  });
  for (const text of [page, months]) expect(text).not.toMatch(/<(?:script|img)\b/);
  expect(months).toContain('undated');
});
