import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReviewCleaner } from './clean-review.ts';
import { mapColumns, REVIEW_SYNONYMS } from './columns.ts';
import { DEFAULT_DATE_ORDERS } from './evidence.ts';
import { type Recovery, RowIndex } from './row-index.ts';

const HEADERS = [
  'id',
  'name',
  'date',
  'rating',
  'text',
  'venue',
  'establishment',
  'total',
  'tip',
  'tip_pct',
  'party',
  'age',
  'sex',
  'race',
  'server',
] as const;
type Cells = Partial<Record<(typeof HEADERS)[number], string>>;

const VISIT: Cells = {
  id: 'R1',
  name: 'Ann',
  date: '2014-02-07',
  rating: '4',
  text: 'Fine.',
  total: '50',
  tip: '9',
  tip_pct: '18',
  party: '2',
  age: '26-35',
  sex: 'f',
  race: 'white',
};

function indexOf(rows: readonly Cells[], recoveredBytesMax = 1_000_000): RowIndex {
  const cleaner = new ReviewCleaner(mapColumns(HEADERS, REVIEW_SYNONYMS), {
    ratingScale: 5,
    dateOrders: DEFAULT_DATE_ORDERS,
  });
  const index = new RowIndex('id', recoveredBytesMax);
  rows.forEach((row, i) => {
    index.add(cleaner.clean(HEADERS.map((header) => row[header] ?? '')), i + 2);
  });
  index.resolve();
  return index;
}

/** Each row in a word: `kept`, `kept!` (with an id conflict), or `exact 2`, `copy 3` (what it repeats, by line). */
function wordsOf(rows: readonly Cells[]): string[] {
  const index = indexOf(rows);
  return rows.map((_, i) => {
    const verdict = index.verdict(i);
    if (verdict.kind === 'duplicate') return `${verdict.rule} ${verdict.repeatsLine}`;
    return verdict.idConflict ? 'kept!' : 'kept';
  });
}

function recoveryOf(rows: readonly Cells[], row: number, recoveredBytesMax?: number): Recovery | undefined {
  const verdict = indexOf(rows, recoveredBytesMax).verdict(row);
  return verdict.kind === 'accepted' ? verdict.recovery : undefined;
}

describe('exact duplicates', () => {
  test('a row all of whose columns agree after cleaning repeats the first such row', () => {
    const again = {
      ...VISIT,
      name: 'Guest_Ann ',
      date: 'February 7, 2014',
      rating: '4.0',
      total: '$50.00',
      sex: 'Female',
      race: 'Caucasian',
    };
    expect(wordsOf([VISIT, again, { ...VISIT, id: ' R1' }])).toEqual(['kept', 'exact 2', 'exact 2']);
  });

  test.each<[string, Cells]>([
    ['name', { name: 'Bo' }],
    ['no name', { name: '' }],
    ['date', { date: '2014-02-08' }],
    ['an unreadable date', { date: 'soon' }],
    ['rating', { rating: '5' }],
    ['no rating', { rating: '' }],
    ['a rating off the scale', { rating: '7' }],
    ['text', { text: 'Fine!' }],
    ['no text', { text: '' }],
    ['location', { venue: 'Uptown' }],
    ['restaurant', { establishment: 'Luke' }],
    ['total', { total: '51' }],
    ['tip', { tip: '8' }],
    ['tip percentage', { tip_pct: '17' }],
    ['party', { party: '3' }],
    ['age', { age: '36-45' }],
    ['gender', { sex: 'm' }],
    ['ethnicity', { race: 'black' }],
    ['a column that we do not know', { server: 'Bo' }],
  ])('%s differs: both are kept and flagged', (_name, change) => {
    expect(wordsOf([VISIT, { ...VISIT, ...change }])).toEqual(['kept!', 'kept!']);
  });

  test.each<[string, Cells, Cells]>([
    ['dates', { date: 'soon' }, { date: 'later' }],
    ['totals', { total: 'abc' }, { total: 'xyz' }],
    ['tips', { tip: 'abc' }, { tip: 'xyz' }],
    ['percentages', { tip_pct: 'abc' }, { tip_pct: 'xyz' }],
    ['parties', { party: 'abc' }, { party: 'xyz' }],
    ['ratings', { rating: 'abc' }, { rating: 'xyz' }],
    ['(off the scale) ratings', { rating: '7' }, { rating: '8' }],
    ['ages', { age: 'young' }, { age: 'old' }],
    ['genders', { sex: 'x' }, { sex: 'y' }],
    ['ethnicities', { race: 'elf' }, { race: 'orc' }],
  ])('unreadable %s that differ are not the same', (_name, a, b) => {
    expect(
      wordsOf([
        { ...VISIT, ...a },
        { ...VISIT, ...b },
        { ...VISIT, ...a },
      ]),
    ).toEqual(['kept!', 'kept!', 'exact 2']);
  });

  test('a row with an id and nothing else may be repeated', () => {
    expect(wordsOf([{ id: 'R1' }, { id: 'R1' }, { id: 'R2' }])).toEqual(['kept', 'exact 2', 'kept']);
  });
});

describe('what is missing never makes two rows equal', () => {
  test('rows with neither id, customer nor text', () => {
    const { id, name, text, ...rest } = VISIT;
    expect(wordsOf([rest, rest, {}, {}])).toEqual(['kept', 'kept', 'kept', 'kept']);
  });

  test.each(['', '#NAME?', 'null', 'N/A', '_dup', 'null_copy'])(
    'rows with the id %j are in no conflict and no copies',
    (id) => {
      const rows = [VISIT, { ...VISIT, text: 'Other.' }, { ...VISIT, name: 'Bo' }].map((row) => ({ ...row, id }));
      expect(wordsOf(rows)).toEqual(['kept', 'kept', 'kept']);
    },
  );

  test('damaged ids do not tell rows apart that share all else, their text included', () => {
    expect(
      wordsOf([
        { ...VISIT, id: '#NAME?' },
        { ...VISIT, id: 'null' },
      ]),
    ).toEqual(['kept', 'exact 2']);
  });

  test('rows without text, with an id each', () => {
    const { text, ...rest } = VISIT;
    expect(wordsOf([rest, { ...rest, id: 'R2' }, { ...rest, id: 'R3' }])).toEqual(['kept', 'kept', 'kept']);
  });
});

describe('copies', () => {
  const copy = {
    ...VISIT,
    id: 'R1_copy',
    name: '',
    rating: '',
    total: '',
    text: 'Other.',
    date: '07.02.2014',
    sex: 'F',
  };

  test.each<[string, readonly Cells[], readonly string[]]>([
    ['behind the original', [VISIT, copy], ['kept', 'copy 2']],
    ['before the original', [copy, VISIT], ['copy 3', 'kept']],
    ['on both sides', [copy, VISIT, { ...copy, id: 'R1_dup' }], ['copy 3', 'kept', 'copy 3']],
    [
      'of a copy, without original: the first is kept',
      [copy, { ...copy, id: 'R1_dup', name: 'Bo' }],
      ['kept', 'copy 2'],
    ],
    ['of a copy of a copy', [{ ...copy, id: 'R1_copy_dup' }, copy, VISIT], ['copy 4', 'copy 4', 'kept']],
    ['alone', [copy], ['kept']],
    ['equal in all columns to its original', [{ ...VISIT, id: 'R1_dup' }, VISIT], ['copy 3', 'kept']],
    ['of the first of two rows that it fits', [VISIT, { ...VISIT, name: 'Bo' }, copy], ['kept!', 'kept!', 'copy 2']],
    ['of a row that is repeated', [VISIT, VISIT, copy], ['kept', 'exact 2', 'copy 2']],
  ])('%s', (_name, rows, words) => {
    expect(wordsOf(rows)).toEqual(words);
  });

  test.each<[string, Cells]>([
    ['id', { id: 'R2_copy' }],
    ['date', { date: '2014-02-08' }],
    ['tip', { tip: '8' }],
    ['no tip', { tip: '' }],
    ['tip percentage', { tip_pct: '17' }],
    ['party', { party: '3' }],
    ['age', { age: '36-45' }],
    ['no age', { age: '' }],
    ['gender', { sex: 'm' }],
    ['ethnicity', { race: 'black' }],
    ['an unreadable party', { party: 'many' }],
  ])('need the same %s', (_name, change) => {
    const words = wordsOf([VISIT, { ...copy, ...change }]);
    expect(words).toEqual(change.id === undefined ? ['kept!', 'kept!'] : ['kept', 'kept']);
  });

  test.each<[string, Cells, Cells]>([
    ['dates', { date: 'soon' }, { date: 'later' }],
    ['tips', { tip: 'abc' }, { tip: 'xyz' }],
    ['percentages', { tip_pct: 'abc' }, { tip_pct: 'xyz' }],
    ['parties', { party: 'few' }, { party: 'many' }],
    ['ages', { age: 'young' }, { age: 'old' }],
  ])('need the same %s, also where they cannot be read', (_name, a, b) => {
    expect(
      wordsOf([
        { ...VISIT, ...a },
        { ...copy, ...b },
        { ...copy, ...a },
      ]),
    ).toEqual(['kept!', 'kept!', 'copy 2']);
  });

  test('are compared before anything is filled in: a missing percentage is not the one that follows from the amounts', () => {
    expect(wordsOf([{ ...VISIT, tip_pct: '' }, copy])).toEqual(['kept!', 'kept!']);
  });

  test('agree where both lack the same', () => {
    const bare = { id: 'R1', date: '2014-02-07' };
    expect(wordsOf([bare, { ...bare, id: 'R1_dup' }])).toEqual(['kept', 'copy 2']);
  });

  test('need a suffix: a fan-out with the same money and demographics is kept and flagged', () => {
    expect(wordsOf([VISIT, { ...VISIT, name: 'Bo', rating: '5' }])).toEqual(['kept!', 'kept!']);
  });

  test('cause no conflict of ids by themselves', () => {
    expect(wordsOf([VISIT, copy, { ...copy, id: 'R1_dup' }])).toEqual(['kept', 'copy 2', 'copy 2']);
  });
});

describe('fan-outs', () => {
  test.each<[string, Cells]>([
    ['customer', { name: 'Bo' }],
    ['text', { text: 'Bad.' }],
    ['party', { party: '3' }],
    ['money', { total: '60', tip: '10.8' }],
    ['demographics', { sex: 'm' }],
  ])('the same id with another %s: all are kept and flagged, and no other id is', (_name, change) => {
    expect(wordsOf([VISIT, { ...VISIT, id: 'R2' }, { ...VISIT, ...change }])).toEqual(['kept!', 'kept', 'kept!']);
  });
});

describe('what a copy has and its original lacks', () => {
  const original = { ...VISIT, name: '', rating: '', total: '', text: '' };
  const copy = { ...VISIT, id: 'R1_dup', venue: 'Uptown' };
  const given = { customerName: 'Ann', ratingRaw: '4', totalSpent: 50, text: 'Fine.', location: 'Uptown' };

  test.each<[string, readonly Cells[], number]>([
    ['behind it', [original, copy], 0],
    ['before it', [copy, original], 1],
  ])('is taken over from a copy %s', (_name, rows, kept) => {
    expect(recoveryOf(rows, kept)).toEqual(given);
  });

  test('comes from several copies, of each value from the first that has it, wherever they stand', () => {
    const first = { ...copy, rating: '', name: 'First' };
    const second = { ...copy, name: 'Second', rating: '3', total: '' };
    const third = { ...copy, name: 'Third', rating: '2', total: '52' };
    expect(recoveryOf([original, first, second, third], 0)).toMatchObject({
      customerName: 'First',
      ratingRaw: '3',
      totalSpent: 50,
    });
    expect(recoveryOf([third, original, second, first], 1)).toMatchObject({
      customerName: 'Third',
      ratingRaw: '2',
      totalSpent: 52,
    });
    expect(recoveryOf([second, third, original], 2)).toMatchObject({
      customerName: 'Second',
      ratingRaw: '3',
      totalSpent: 52,
    });
  });

  test('a kept copy takes over from the copies of it', () => {
    expect(recoveryOf([{ ...original, id: 'R1_copy' }, copy], 0)).toMatchObject({ ratingRaw: '4' });
  });

  test('a rating that says nothing is none to give: the next copy gives its own', () => {
    for (const rating of ['good', '7', '0']) {
      const useless = { ...copy, rating };
      expect(recoveryOf([original, useless, copy], 0)).toMatchObject({ ratingRaw: '4' });
      expect(recoveryOf([original, useless], 0)).not.toHaveProperty('ratingRaw');
    }
  });

  test('goes to the row that the copy repeats alone, and from no fan-out', () => {
    expect(recoveryOf([original, { ...copy, party: '3' }], 0)).toBeUndefined();
    expect(recoveryOf([original, { ...VISIT }], 0)).toBeUndefined();
    expect(recoveryOf([VISIT, { ...original, id: 'R2' }, copy], 1)).toBeUndefined();
  });

  test('is held up to a limit; past it the lines of the copies are told', () => {
    const rows = Array.from({ length: 10 }, (_, i) => [
      { ...original, id: `R${i}` },
      { ...copy, id: `R${i}_copy` },
    ]).flat();
    const refused = (max: number) => [...indexOf(rows, max).refusedLines()];
    expect(refused(1_000_000)).toEqual([]);
    expect(refused(0)).toHaveLength(10);
    expect(refused(0)[0]).toBe(3);
    const some = refused(1000);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(10);
    expect(recoveryOf(rows, 0, 1000)).toEqual(given);
    expect(recoveryOf(rows, 18, 1000)).toBeUndefined();
  });

  test('costs nothing of that limit where the original lacks nothing', () => {
    const text = 'x'.repeat(1000);
    const rows = Array.from({ length: 100 }, (_, i) => [
      { ...VISIT, venue: 'Uptown', establishment: 'Luke', text, id: `R${i}`, ...(i === 99 ? { rating: '' } : {}) },
      { ...VISIT, venue: 'Uptown', establishment: 'Luke', text, id: `R${i}_copy` },
    ]).flat();
    const index = indexOf(rows, 200);
    expect([...index.refusedLines()]).toEqual([]);
    expect(index.verdict(198)).toMatchObject({ recovery: { ratingRaw: '4' } });
  });
});

describe('ordinals of rows that share a review_uid', () => {
  const ordinalsOf = (rows: readonly Cells[]) => {
    const index = indexOf(rows);
    return rows.map((_, i) => {
      const verdict = index.verdict(i);
      return verdict.kind === 'accepted' ? verdict.uidOrdinal : undefined;
    });
  };

  test('are 0 where nobody shares it', () => {
    expect(ordinalsOf([VISIT, { ...VISIT, id: 'R2' }, { ...VISIT, name: 'Bo' }])).toEqual([0, 0, 0]);
  });

  test('follow from the rows, not from where they stand', () => {
    const siblings = ['1', '2', '3', '4', '5', '6'].map((party) => ({ id: 'R1', date: '2014-02-07', party }));
    const [first, ...rest] = [siblings, [...siblings].reverse(), [...siblings.slice(3), ...siblings.slice(0, 3)]].map(
      (rows) => {
        const ordinals = ordinalsOf(rows);
        return Object.fromEntries(rows.map(({ party }, i) => [party, ordinals[i]]));
      },
    );
    expect(Object.values(first ?? {}).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const other of rest) expect(other).toEqual(first);
  });

  test('tell apart even what the norms take for equal', () => {
    const rows = [
      { sex: 'm', rating: '4' },
      { sex: 'male', rating: '4.0' },
      { sex: 'M', rating: '4,0' },
      { id: 'null', sex: 'M', rating: '4,0' },
      { id: '#NAME?', sex: 'M', rating: '4,0' },
    ];
    const byRow = (order: readonly number[]) => {
      const ordinals = ordinalsOf(order.map((i) => rows[i] as Cells));
      return order.map((i, place) => [i, ordinals[place]]).sort();
    };
    const first = byRow([0, 1, 2, 3, 4]);
    expect(new Set(first.map(([, ordinal]) => ordinal)).size).toBe(5);
    for (const order of [
      [4, 3, 2, 1, 0],
      [2, 4, 1, 0, 3],
      [3, 0, 4, 2, 1],
    ])
      expect(byRow(order)).toEqual(first);
  });

  test('of a hundred thousand rows are found in a moment', () => {
    const row = { date: '2014-02-07' };
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ ...row, party: String((i % 50_000) + 1) }));
    const start = performance.now();
    const ordinals = ordinalsOf(rows);
    expect(new Set(ordinals).size).toBe(100_000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

test('a verdict before the end of the first pass is a mistake of ours', () => {
  expect(() => new RowIndex('id', 0).verdict(0)).toThrow(/before resolve/);
});

describe('property: agrees with the rules, applied naively to every pair of rows', () => {
  const row = fc.record({
    id: fc.constantFrom('', 'A', 'B', 'A_dup', 'A_copy', 'B_dup', 'null'),
    name: fc.constantFrom('', 'Ann', 'Guest_Ann'),
    date: fc.constantFrom('2014-02-07', '07.02.2014', ''),
    rating: fc.constantFrom('', '4', '4.0', 'x'),
    text: fc.constantFrom('', 'T'),
    party: fc.constantFrom('1', '2', ''),
    server: fc.constantFrom('', 'Bo'),
  });

  test('accepted, duplicates, conflicts', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 10 }), (rows) => {
        expect(wordsOf(rows)).toEqual(naively(rows));
      }),
      { numRuns: 1500 },
    );
  });
});

/** The rules of the domain in the fewest words, quadratic. */
function naively(
  rows: readonly Required<Pick<Cells, 'id' | 'name' | 'date' | 'rating' | 'text' | 'party' | 'server'>>[],
): string[] {
  const read = rows.map(({ id, name, date, rating, text, party, server }) => {
    const base = id === 'null' ? '' : id.replace(/_.*/, '');
    const day = date === '' ? '' : '7';
    const stars = rating.replace('.0', '');
    return {
      isSuffixed: id.includes('_'),
      base,
      isNobody: base === '' && name === '' && text === '',
      visit: JSON.stringify([base, day, party]),
      whole: JSON.stringify([base, name.replace('Guest_', ''), day, stars, text, party, server]),
    };
  });
  const copied = read.map((row, i) => {
    if (!row.isSuffixed) return i;
    const group = read.flatMap((other, j) => (other.visit === row.visit ? [j] : []));
    return group.find((j) => !read[j]?.isSuffixed) ?? (group[0] as number);
  });
  const kept = read.map((row, i) => {
    if (copied[i] !== i || row.isNobody) return copied[i] as number;
    return read.findIndex((other, j) => copied[j] === j && !other.isNobody && other.whole === row.whole);
  });
  return read.map((row, i) => {
    if (kept[i] !== i) return `${copied[i] === i ? 'exact' : 'copy'} ${(kept[i] as number) + 2}`;
    const sharing = read.filter((other, j) => kept[j] === j && row.base !== '' && other.base === row.base);
    return sharing.length > 1 ? 'kept!' : 'kept';
  });
}
