import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernels, Region } from '../kernels.ts';
import { type Recovery, ROW_FLAGS, type RowIndex, type RowIndexOptions, VERDICT } from './row-index.ts';
import {
  addRows,
  answersOf,
  byTheRules,
  directory,
  newIndex,
  offerJson,
  type PrintedRow,
  readJson,
  resolved,
} from './rows.fixture.ts';

/** A row after cleaning, its id before: what is missing is empty. */
interface Review {
  id?: string;
  name?: string;
  date?: string;
  rating?: string;
  text?: string;
  venue?: string;
  establishment?: string;
  total?: number | string;
  tip?: string;
  tip_pct?: string;
  party?: string;
  age?: string;
  sex?: string;
  race?: string;
  /** A column that we do not know. */
  server?: string;
  /** What cleaning takes away, and tells rows apart where nothing else does. */
  uploaded?: string;
}

const VISIT = {
  id: 'R1',
  name: 'Ann',
  date: '2014-02-07',
  rating: '4',
  text: 'Fine.',
  total: 50,
  tip: '9',
  tip_pct: '18',
  party: '2',
  age: '26-35',
  sex: 'f',
  race: 'white',
} as const satisfies Review;

const DAMAGED = new Set(['', '#NAME?', 'null', 'N/A']);

function printOf(...parts: readonly unknown[]): Buffer {
  const bytes = Buffer.from(JSON.stringify(parts.map((part) => part || null)));
  const region = new Region(bytes.length + 16);
  region.u8.set(bytes, 16);
  kernels.murmur128(region.address + 16, bytes.length, region.address);
  const print = Buffer.from(region.u8.slice(0, 16));
  region.release();
  return print;
}

function printed(review: Review, i: number): PrintedRow {
  const uploadedId = review.id ?? '';
  const base = uploadedId.replace(/(_dup|_copy)+$/, '');
  const id = DAMAGED.has(base) ? '' : base;
  const { name, date, rating, text, venue, establishment, total, tip, tip_pct, party, age, sex, race } = review;
  const flagIf = (condition: boolean, flag: number) => (condition ? flag : 0);
  const isSuffixed = base !== uploadedId;
  const isComparable = Boolean(id || name || text);
  const whole = [id, name, date, rating, text, venue, establishment, total, tip, tip_pct, party, age, sex, race];
  const offer: Recovery = {};
  if (name) offer.customerName = name;
  // A rating that says nothing is none to give: the caller's to see.
  if (/^[1-5]$/.test(rating ?? '')) offer.ratingRaw = rating as string;
  if (typeof total === 'number') offer.totalSpent = total;
  if (text) offer.text = text;
  if (venue) offer.location = venue;
  if (establishment) offer.restaurantName = establishment;
  return {
    id: printOf(id),
    visit: printOf(id, date, tip, tip_pct, party, age, sex, race),
    row: isComparable ? printOf(...whole, review.server) : printOf(...whole, review.server, review.uploaded),
    uid: printOf(establishment, id, name, date, text),
    line: i + 2,
    flags:
      flagIf(isSuffixed, ROW_FLAGS.suffixed) |
      flagIf(!name, ROW_FLAGS.lacksCustomer) |
      flagIf(!rating, ROW_FLAGS.lacksRating) |
      flagIf(typeof total !== 'number', ROW_FLAGS.lacksTotal) |
      flagIf(!text, ROW_FLAGS.lacksText) |
      flagIf(!venue, ROW_FLAGS.lacksLocation) |
      flagIf(!establishment, ROW_FLAGS.lacksRestaurant) |
      flagIf(id !== '', ROW_FLAGS.hasId) |
      flagIf(isComparable, ROW_FLAGS.comparable),
    ...(isSuffixed ? { offer } : {}),
  };
}

function indexOf(reviews: readonly Review[], options?: Partial<RowIndexOptions>): RowIndex {
  return resolved(reviews.map(printed), options);
}

/** Each row in a word: `kept`, `kept!` (with an id conflict), or `exact 2`, `copy 3` (what it repeats, by line). */
function wordsOf(reviews: readonly Review[]): string[] {
  const index = indexOf(reviews);
  return reviews.map((_, row) => {
    if (!index.isAccepted(row)) return `${index.isCopy(row) ? 'copy' : 'exact'} ${index.repeatsLine(row)}`;
    return index.idConflict(row) ? 'kept!' : 'kept';
  });
}

function recoveryOf(reviews: readonly Review[], row: number, recoveredBytesMax = 1_000_000): Recovery | undefined {
  return indexOf(reviews, { recoveredBytesMax }).recovery(row);
}

describe('exact duplicates', () => {
  test('a row all of whose columns agree repeats the first such row', () => {
    expect(wordsOf([VISIT, VISIT, { ...VISIT, uploaded: 'otherwise' }])).toEqual(['kept', 'exact 2', 'exact 2']);
  });

  test.each<[string, Review]>([
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
    ['total', { total: 51 }],
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

  test.each<[string, Review, Review]>([
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
    const rows = [a, b, a].map((change) => ({ ...VISIT, ...change }));
    expect(wordsOf(rows)).toEqual(['kept!', 'kept!', 'exact 2']);
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
    const rows = ['#NAME?', 'null'].map((id) => ({ ...VISIT, id }));
    expect(wordsOf(rows)).toEqual(['kept', 'exact 2']);
  });

  test('rows without text, with an id each', () => {
    const { text, ...rest } = VISIT;
    expect(wordsOf([rest, { ...rest, id: 'R2' }, { ...rest, id: 'R3' }])).toEqual(['kept', 'kept', 'kept']);
  });
});

describe('copies', () => {
  const copy = { ...VISIT, id: 'R1_copy', name: '', rating: '', total: '', text: 'Other.' };

  test.each<[string, readonly Review[], readonly string[]]>([
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

  test.each<[string, Review]>([
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

  test.each<[string, Review, Review]>([
    ['dates', { date: 'soon' }, { date: 'later' }],
    ['tips', { tip: 'abc' }, { tip: 'xyz' }],
    ['percentages', { tip_pct: 'abc' }, { tip_pct: 'xyz' }],
    ['parties', { party: 'few' }, { party: 'many' }],
    ['ages', { age: 'young' }, { age: 'old' }],
  ])('need the same %s, also where they cannot be read', (_name, a, b) => {
    const rows = [
      { ...VISIT, ...a },
      { ...copy, ...b },
      { ...copy, ...a },
    ];
    expect(wordsOf(rows)).toEqual(['kept!', 'kept!', 'copy 2']);
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

  test('of a row that, by prints that meet, repeats a row of another visit: repeat that row, and give to it', () => {
    const [earlier, head, copied] = [{ id: 'R9' }, VISIT, { ...VISIT, id: 'R1_dup' }].map(printed) as [
      PrintedRow,
      PrintedRow,
      PrintedRow,
    ];
    const index = resolved([copied, earlier, { ...head, row: earlier.row }]);
    expect([0, 1, 2].map((row) => index.keptRow(row))).toEqual([1, 1, 1]);
    expect([0, 1, 2].map((row) => index.isCopy(row))).toEqual([true, false, false]);
    expect(index.recovery(1)).toMatchObject({ text: 'Fine.' });
  });
});

describe('fan-outs', () => {
  test.each<[string, Review]>([
    ['customer', { name: 'Bo' }],
    ['text', { text: 'Bad.' }],
    ['party', { party: '3' }],
    ['money', { total: 60, tip: '10.8' }],
    ['demographics', { sex: 'm' }],
  ])('the same id with another %s: all are kept and flagged, and no other id is', (_name, change) => {
    expect(wordsOf([VISIT, { ...VISIT, id: 'R2' }, { ...VISIT, ...change }])).toEqual(['kept!', 'kept', 'kept!']);
  });
});

describe('what a copy has and its original lacks', () => {
  const original = { ...VISIT, name: '', rating: '', total: '', text: '' };
  const copy = { ...VISIT, id: 'R1_dup', venue: 'Uptown' };
  const given = { customerName: 'Ann', ratingRaw: '4', totalSpent: 50, text: 'Fine.', location: 'Uptown' };

  test.each<[string, readonly Review[], number]>([
    ['behind it', [original, copy], 0],
    ['before it', [copy, original], 1],
  ])('is taken over from a copy %s', (_name, rows, kept) => {
    expect(recoveryOf(rows, kept)).toEqual(given);
  });

  test('is just that: nothing that the original has', () => {
    expect(recoveryOf([{ ...original, text: 'Mine.' }, copy], 0)).not.toHaveProperty('text');
    expect(recoveryOf([{ ...VISIT, venue: 'Uptown', establishment: 'Luke' }, copy], 0)).toBeUndefined();
  });

  test('is each value by its own name', () => {
    const whole = { ...copy, establishment: 'Luke' };
    for (const lacking of ['name', 'rating', 'total', 'text', 'venue', 'establishment'] as const) {
      const expected = {
        name: { customerName: 'Ann' },
        rating: { ratingRaw: '4' },
        total: { totalSpent: 50 },
        text: { text: 'Fine.' },
        venue: { location: 'Uptown' },
        establishment: { restaurantName: 'Luke' },
      }[lacking];
      expect(recoveryOf([{ ...whole, id: 'R1', [lacking]: '' }, whole], 0)).toEqual(expected);
    }
  });

  test('comes from several copies, of each value from the first that has it, wherever they stand', () => {
    const first = { ...copy, rating: '', name: 'First' };
    const second = { ...copy, name: 'Second', rating: '3', total: '' };
    const third = { ...copy, name: 'Third', rating: '2', total: 52 };
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

  test('is the same text after its way through a file, whatever it is made of', () => {
    const text = 'Größe 家 🍷\n"quoted"\\ \u2028 \ud800 end';
    const rows = [original, { ...copy, text, total: 12.1 }];
    for (const spillBytes of [10, 1 << 20]) {
      const index = indexOf(rows, { spillBytes });
      expect(index.recovery(0)).toEqual({ ...given, text, totalSpent: 12.1 });
      expect(index.spilledBytes > 0).toBe(spillBytes === 10);
    }
  });

  test('is found again among many, of every length, where few are needed', () => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const text = `${i}`.repeat(i % 50 === 0 ? 30_000 : 500);
      return [
        {
          ...original,
          id: `R${i}`,
          ...(i % 3 === 0 ? {} : { ...VISIT, venue: 'Downtown', establishment: 'Luke', id: `R${i}` }),
        },
        { ...copy, text, id: `R${i}_copy` },
      ];
    }).flat();
    for (const spillBytes of [1 << 12, 1 << 24]) {
      const index = indexOf(rows, { spillBytes, recoveredBytesMax: 1 << 24 });
      rows.forEach((_, row) => {
        const isLacking = row % 6 === 0;
        expect(index.recovery(row)?.text).toBe(isLacking ? rows[row + 1]?.text : undefined);
      });
    }
  });

  test('is held up to a limit; past it the lines of the copies are told', () => {
    const rows = Array.from({ length: 10 }, (_, i) => [
      { ...original, id: `R${i}` },
      { ...copy, id: `R${i}_copy` },
    ]).flat();
    const refused = (recoveredBytesMax: number) => [...indexOf(rows, { recoveredBytesMax }).refusedLines()];
    expect(refused(1_000_000)).toEqual([]);
    expect(refused(0)).toEqual([3, 5, 7, 9, 11, 13, 15, 17, 19, 21]);
    // 160 bytes each, 8 for the total and 2 for each character.
    expect(refused(1000)).toEqual([13, 15, 17, 19, 21]);
    expect(refused(5 * 198 - 1)).toEqual([11, 13, 15, 17, 19, 21]);
    expect(recoveryOf(rows, 0, 1000)).toEqual(given);
    expect(recoveryOf(rows, 18, 1000)).toBeUndefined();
  });

  test('costs nothing of that limit where the original lacks nothing', () => {
    const text = 'x'.repeat(1000);
    const rows = Array.from({ length: 100 }, (_, i) => [
      { ...VISIT, venue: 'Uptown', establishment: 'Luke', text, id: `R${i}`, ...(i === 99 ? { rating: '' } : {}) },
      { ...VISIT, venue: 'Uptown', establishment: 'Luke', text, id: `R${i}_copy` },
    ]).flat();
    const index = indexOf(rows, { recoveredBytesMax: 200 });
    expect([...index.refusedLines()]).toEqual([]);
    expect(index.recovery(198)).toEqual({ ratingRaw: '4' });
  });
});

describe('ordinals of rows that share a review_uid', () => {
  const ordinalsOf = (rows: readonly Review[]) => answersOf(indexOf(rows)).map(({ uidOrdinal }) => uidOrdinal);

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

  test('tell apart even what cleaning takes for equal', () => {
    const rows = ['m 4', 'male 4.0', 'M 4,0', 'null M 4,0', '#NAME? M 4,0'].map((uploaded) => ({ sex: 'm', uploaded }));
    const byRow = (order: readonly number[]) => {
      const ordinals = ordinalsOf(order.map((i) => rows[i] as Review));
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

  test('go by visit first and then by all columns, byte by byte, then by place', () => {
    const same = printed({ date: '2014-02-07' }, 0);
    const bytes = (...of: readonly [number, number][]) => {
      const print = Buffer.alloc(16);
      for (const [at, value] of of) print[at] = value;
      return print;
    };
    const keys: [Buffer, Buffer][] = [
      [bytes([0, 255]), bytes()],
      [bytes([0, 127]), bytes([15, 1])],
      [bytes([0, 127]), bytes([8, 1])],
      [bytes([0, 127]), bytes([7, 255])],
      [bytes([15, 255]), bytes([0, 255])],
      [bytes([15, 128]), bytes([0, 255])],
      [bytes([14, 1]), bytes([0, 1])],
      [bytes([7, 1]), bytes()],
      [bytes([0, 127]), bytes([15, 1])],
    ];
    const index = resolved(keys.map(([visit, row], i) => ({ ...same, visit, row, line: i })));
    expect(answersOf(index).map(({ uidOrdinal }) => uidOrdinal)).toEqual([8, 4, 6, 7, 1, 0, 2, 3, 5]);
  });

  test('property: no order of the file changes them', () => {
    const siblings = fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(2)), {
      selector: (key) => key.join(),
      maxLength: 20,
    });
    const shuffled = siblings.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
    );
    fc.assert(
      fc.property(shuffled, (orders) => {
        const [first, second] = orders.map((rows) => {
          const index = resolved(
            rows.map(([visit, row, uid], line) => ({
              id: printOf(),
              visit: printOf('visit', visit),
              row: printOf('row', row),
              uid: printOf('uid', uid),
              flags: 0,
              line,
            })),
          );
          return new Map(rows.map((row, i) => [row.join(), index.uidOrdinal(i)]));
        });
        expect(second).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });
});

describe('property: agrees with the rules, whatever prints meet', () => {
  /** Few prints, some of which differ in one bit: the first, the last, or one between. */
  const PRINTS = [
    Buffer.alloc(16),
    ...[0, 1, 7, 8, 15].map((at) => {
      const print = Buffer.alloc(16);
      print[at] = at === 0 ? 0x80 : 1;
      return print;
    }),
    Buffer.alloc(16, 0xff),
    randomBytes(16),
  ];
  const print = fc.constantFrom(...PRINTS);
  const fewPrints = fc.constantFrom(...PRINTS.slice(0, 3));
  const offer = fc.record(
    {
      customerName: fc.constantFrom('Ann', 'Bo'),
      ratingRaw: fc.constantFrom('4', '⭐'),
      totalSpent: fc.constantFrom(0, 12.5),
      text: fc.constantFrom('', 'Größe', 'x'.repeat(100)),
      location: fc.constant('Uptown'),
      restaurantName: fc.constant('Luke'),
    },
    { requiredKeys: [] },
  );
  const row = fc
    .tuple(fc.oneof(print, fewPrints), fewPrints, print, fewPrints, fc.nat(511), offer, fc.nat(5))
    .map(([id, visit, whole, uid, bits, given, odds]) => {
      // Most have an id, and much is lacking in them.
      const flags = odds > 0 ? bits | ROW_FLAGS.hasId | ROW_FLAGS.comparable : bits;
      return { id, visit, row: whole, uid, flags, ...((flags & ROW_FLAGS.suffixed) !== 0 ? { offer: given } : {}) };
    });
  const rows = (maxLength: number) =>
    fc
      .array(row, { maxLength, size: 'max' })
      .map((all) => all.map((one, i): PrintedRow => ({ ...one, line: i * 3 + 2 })));

  const check = (all: readonly PrintedRow[], options: Partial<RowIndexOptions>, batchRows: number) => {
    const recoveredBytesMax = options.recoveredBytesMax ?? 1_000_000;
    const index = resolved(all, options, batchRows);
    const expected = byTheRules(all, recoveredBytesMax);
    expect(answersOf(index)).toEqual(expected.answers);
    expect([...index.refusedLines()]).toEqual(expected.refused);
    expected.answers.forEach((answer, i) => {
      expect(index.isAccepted(i)).toBe(answer.keptRow === i);
      expect(index.repeatsLine(i)).toBe(all[answer.keptRow]?.line);
    });
    const bits = new Uint8Array(kernels.memory.buffer, index.verdicts(0, all.length), all.length);
    expect([...bits]).toEqual(
      expected.answers.map(
        (answer, i) =>
          (answer.keptRow === i ? VERDICT.accepted : 0) |
          (answer.idConflict ? VERDICT.idConflict : 0) |
          (answer.recovery !== undefined ? VERDICT.recovery : 0) |
          (answer.uidOrdinal > 0 ? VERDICT.ordinal : 0) |
          (answer.isCopy ? VERDICT.copy : 0),
      ),
    );
    index.release();
    return index;
  };

  test('in memory', () => {
    fc.assert(
      fc.property(rows(12), fc.integer({ min: 1, max: 5 }), (all, batchRows) => {
        expect(check(all, {}, batchRows).spilledBytes).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });

  test('in many rows, of which all belong together', () => {
    fc.assert(
      fc.property(rows(150), (all) => {
        check(all, {}, 64);
      }),
      { numRuns: 150 },
    );
  });

  test('in files, which begin after a few bytes', () => {
    fc.assert(
      fc.property(
        rows(12),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 5 }),
        (all, spillBytes, size) => {
          check(all, { spillBytes }, size);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('with little room for what is recovered', () => {
    fc.assert(
      fc.property(rows(30), fc.nat(1500), (all, recoveredBytesMax) => {
        check(all, { recoveredBytesMax }, 8);
      }),
      { numRuns: 500 },
    );
  });

  test('in tens of thousands of rows, in groups of every size, in memory and in files', () => {
    const random = randomBytes(16 * 1000);
    const drawn = (i: number, salt: number) => {
      // Powers of a number between 0 and 1: a few prints are common, most are rare.
      const x = ((Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)) >>> 0) / 2 ** 32;
      const at = Math.floor(x ** 4 * 1000) * 16;
      const drawn = Buffer.from(random.subarray(at, at + 16));
      if (i % 3 > 0) drawn.fill(0, 0, i % 16);
      if (i % 5 === 0) drawn.writeUInt32BE(i, 12);
      return drawn;
    };
    const all = Array.from({ length: 30_000 }, (_, i) => ({
      id: drawn(i, 1),
      visit: drawn(i, 2),
      row: drawn(i, 3),
      uid: drawn(i, 4),
      line: i,
      flags: (Math.imul(i, 0x85ebca6b) >>> 20) & 511,
    }));
    check(all, {}, 4096);
    const files = check(all, { spillBytes: 1 << 16 }, 5000);
    expect(files.spilledBytes).toBe(4 * 16 * all.length);
  });
});

describe('prints made to be hard to sort', () => {
  const ROWS = 300_000;
  const zeros = Buffer.alloc(16);
  const numbered = (at: number, n: number) => {
    const print = Buffer.alloc(16, 7);
    print.writeUInt32BE(n, at);
    return print;
  };
  const same = { id: zeros, visit: zeros, row: zeros, uid: zeros };
  const all = (print: Buffer) => ({ id: print, visit: print, row: print, uid: print });
  const { hasId, comparable } = ROW_FLAGS;

  test.each<[string, (i: number) => Omit<PrintedRow, 'line'>]>([
    ['all equal, and no copies', () => ({ ...same, flags: hasId })],
    [
      'all equal, and copies',
      (i) => ({ ...same, flags: hasId | comparable | (i === ROWS - 1 ? 0 : ROW_FLAGS.suffixed) }),
    ],
    ['equal but for their last bytes', (i) => ({ ...all(numbered(12, i)), flags: hasId | comparable })],
    [
      'equal but for their last bytes, descending',
      (i) => ({ ...all(numbered(12, ROWS - i)), flags: hasId | comparable }),
    ],
    ['equal in their first half', (i) => ({ ...all(numbered(8, Math.imul(i, 77))), flags: hasId | comparable })],
    ['of two kinds by turns', (i) => ({ ...all(numbered(12, i % 2)), flags: hasId })],
    ['siblings in pairs, far apart', (i) => ({ ...all(numbered(12, i)), uid: numbered(12, i % (ROWS / 2)), flags: 0 })],
    ['siblings all', (i) => ({ ...all(numbered(12, i ^ 0x5555)), uid: zeros, flags: 0 })],
    ['part after part in one place each', (i) => ({ ...all(Buffer.alloc(16, 0).fill(255, 0, i % 16)), flags: hasId })],
  ])('%s', (_name, rowOf) => {
    const rows = Array.from({ length: ROWS }, (_, i) => ({ ...rowOf(i), line: i }));
    const expected = byTheRules(rows, 0).answers;
    const index = newIndex();
    addRows(index, rows, 10_000);
    const start = process.cpuUsage();
    index.resolve(readJson);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(5);
    for (let i = 0; i < ROWS; i++) {
      const { keptRow, isCopy, idConflict, uidOrdinal } = expected[i] as (typeof expected)[0];
      if (
        index.keptRow(i) !== keptRow ||
        index.isCopy(i) !== isCopy ||
        index.idConflict(i) !== idConflict ||
        index.uidOrdinal(i) !== uidOrdinal
      ) {
        expect([i, answersOf(index)[i]]).toEqual([i, expected[i]]);
      }
    }
  });
});

describe('the second pass', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => printed({ id: `R${i % 15_000}`, party: String(i % 7) }, i));

  test.each([
    ['memory', 1 << 22],
    ['a file', 1 << 12],
  ])('reads uid prints from %s in any order', (_name, spillBytes) => {
    const index = resolved(rows, { spillBytes });
    for (const [first, count] of [
      [0, 4096],
      [4096, 4096],
      [8192, 8192],
      [19_999, 1],
      [3, 10],
      [20_000, 0],
    ] as const) {
      const read = Buffer.from(kernels.memory.buffer, index.uids(first, count), count * 16);
      const expected = Buffer.concat(rows.slice(first, first + count).map(({ uid }) => uid));
      expect(read.equals(expected)).toBe(true);
    }
  });

  test('gives verdicts from any row on', () => {
    const index = resolved(rows);
    const bits = new Uint8Array(kernels.memory.buffer, index.verdicts(14_990, 20), 20);
    bits.forEach((bit, i) => {
      expect((bit & VERDICT.accepted) !== 0).toBe(index.isAccepted(14_990 + i));
      expect((bit & VERDICT.idConflict) !== 0).toBe(index.idConflict(14_990 + i));
    });
  });
});

describe('files', () => {
  const openFiles = () => readdirSync('/dev/fd').length;

  test('ten thousand rows need none', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) =>
      printed({ ...VISIT, id: `R${i % 9000}_dup`, party: `${i}` }, i),
    );
    const index = resolved(rows, { directory: join(directory, 'not', 'there') });
    expect(index.spilledBytes).toBe(0);
  });

  test('are not seen in the folder, and are closed at the end', () => {
    const before = openFiles();
    const rows = Array.from({ length: 1000 }, (_, i) => printed({ ...VISIT, id: `R${i % 500}_dup` }, i));
    const index = newIndex({ spillBytes: 1000 });
    addRows(index, rows);
    expect(openFiles()).toBe(before + 5);
    expect(readdirSync(directory)).toEqual([]);
    index.resolve(readJson);
    index.release();
    expect(openFiles()).toBe(before);
    index.release();
  });

  test('that cannot be made break the index off, which can be released', () => {
    const before = openFiles();
    const missing = join(directory, 'missing');
    const rows = Array.from({ length: 1000 }, (_, i) => printed({ id: `R${i}` }, i));
    const index = newIndex({ spillBytes: 1000, directory: missing });
    expect(() => addRows(index, rows)).toThrow(/ENOENT/);
    expect(() => addRows(index, rows)).toThrow(/add\(\) of a row index that is broken off/);
    expect(() => index.resolve(readJson)).toThrow(/broken off/);
    index.release();
    expect(openFiles()).toBe(before);
    expect(existsSync(missing)).toBe(false);
  });

  test('of two indexes in one folder do not meet', () => {
    const [a, b] = [1, 2].map((salt) => {
      const rows = Array.from({ length: 300 }, (_, i) => printed({ id: `R${i % (salt * 100)}`, name: `${i}` }, i));
      const index = newIndex({ spillBytes: 500 });
      addRows(index, rows);
      return { index, rows };
    }) as [{ index: RowIndex; rows: PrintedRow[] }, { index: RowIndex; rows: PrintedRow[] }];
    a.index.resolve(readJson);
    b.index.resolve(readJson);
    for (const { index, rows } of [a, b]) expect(answersOf(index)).toEqual(byTheRules(rows, 0).answers);
  });
});

describe('mistakes of ours', () => {
  const rows = [VISIT, { ...VISIT, id: 'R1_dup' }].map(printed);

  test('questions before the end of the first pass', () => {
    const index = newIndex();
    addRows(index, rows);
    const questions: ((index: RowIndex) => unknown)[] = [
      (of) => of.keptRow(0),
      (of) => of.isAccepted(0),
      (of) => of.isCopy(0),
      (of) => of.repeatsLine(0),
      (of) => of.idConflict(0),
      (of) => of.uidOrdinal(0),
      (of) => of.recovery(0),
      (of) => of.verdicts(0, 1),
      (of) => of.uids(0, 1),
      (of) => [...of.refusedLines()],
    ];
    for (const ask of questions) expect(() => ask(index)).toThrow(/in its first pass, not resolved/);
    index.resolve(readJson);
    for (const ask of questions) ask(index);
    index.release();
    for (const ask of questions) expect(() => ask(index)).toThrow(/released, not resolved/);
  });

  test('rows that were never added', () => {
    const index = resolved(rows);
    for (const row of [2, -1, Number.NaN, 0.5 + 2]) expect(() => index.keptRow(row)).toThrow(RangeError);
    expect(() => index.verdicts(1, 2)).toThrow(/verdicts\(\) of 2 rows from row 1, of 2/);
    expect(() => index.uids(2, 1)).toThrow(RangeError);
    expect(() => index.uids(0, -1)).toThrow(RangeError);
  });

  test('rows and offers after the end of the first pass', () => {
    const index = resolved(rows);
    expect(() => addRows(index, rows)).toThrow(/add\(\) of a row index that is resolved/);
    expect(() => offerJson(index, 1, { text: 'x' })).toThrow(/offer\(\)/);
    expect(() => index.resolve(readJson)).toThrow(/resolve\(\)/);
  });

  test('offers out of order, twice, and of rows that never come', () => {
    const index = newIndex();
    offerJson(index, 3, { text: 'x' });
    expect(() => offerJson(index, 3, { text: 'x' })).toThrow(/row 3 was offered after row 3/);
    const early = newIndex();
    offerJson(early, 1, { text: 'x' });
    offerJson(early, 2, { text: 'x' });
    addRows(
      early,
      rows.map(({ offer, ...row }) => row),
    );
    expect(() => early.resolve(readJson)).toThrow(/row 2 was offered and never added/);
  });
});

test('a file without rows', () => {
  const index = resolved([]);
  expect(index.size).toBe(0);
  expect([...index.refusedLines()]).toEqual([]);
  index.verdicts(0, 0);
  index.uids(0, 0);
});
