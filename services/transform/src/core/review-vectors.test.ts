/** The kernels and the rules give the same answers, whatever stands in a cell. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { type CleanReview, ReviewCleaner } from './clean-review.ts';
import { mapColumns, REVIEW_SYNONYMS } from './columns.ts';
import { CsvReader } from './csv/records.ts';
import { DEFAULT_DATE_ORDERS } from './evidence.ts';
import { kernels } from './kernels.ts';
import { INTERNED, type InternedField, ReviewVectors } from './review-vectors.ts';
import { RowBatch } from './row-batch.ts';
import { decodeWindows1252 } from './source/windows1252.ts';
import { codePointCount } from './values/review-text.ts';

const HEADERS = [
  ...['review_id', 'customer_name', 'review_date', 'rating', 'review_text', 'location', 'restaurant_name'],
  ...['total_spent', 'tip_amount', 'tip_percentage', 'party_size', 'age_range', 'gender', 'ethnicity'],
];
const READING = { ratingScale: 5, dateOrders: DEFAULT_DATE_ORDERS } as const;

interface Row {
  readonly values: Partial<CleanReview>;
  readonly length: number | null;
  readonly flags: number;
  readonly isOdd: boolean;
  readonly isPrefixed: boolean;
}

const opened: { release(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.release();
});

/** Every value of a row as the vectors have it. */
function rowOf(vectors: ReviewVectors, row: number): Row {
  const text = (name: 'id' | 'name' | 'text') => vectors.text(name, row);
  const number = (name: 'total' | 'tip' | 'percentage', present: 'hasTotal' | 'hasTip' | 'hasPercentage') =>
    vectors.u8(present)[row] === 1 ? (vectors.f64(name)[row] as number) : null;
  const code = (field: InternedField) =>
    new Int32Array(kernels.memory.buffer, vectors.codes(field), vectors.rowsMax)[row] as number;
  const at = (field: InternedField, which: 'numbers' | 'secondNumbers') => {
    const address = vectors.lexicons[field].addresses[which] + code(field) * 8;
    const value = new Float64Array(kernels.memory.buffer, address, 1)[0] as number;
    return Number.isNaN(value) ? null : value;
  };
  const coded = (field: InternedField, which: 'textPlaces' | 'normPlaces') => {
    const lexicon = vectors.lexicons[field];
    const place = new Int32Array(kernels.memory.buffer, lexicon.addresses[which] + code(field) * 4, 1)[0] as number;
    if (place === -0x8000_0000) return null;
    const list = which === 'normPlaces' ? lexicon.norms : place < 0 ? lexicon.lentTexts : lexicon.texts;
    const { bytes, offsets } = list.view();
    const i = place < 0 ? -1 - place : place;
    return Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])).toString();
  };
  const rating = at('rating', 'numbers');
  return {
    values: {
      reviewId: text('id'),
      customerName: text('name'),
      reviewDays: at('review_date', 'numbers'),
      ratingRaw: coded('rating', 'textPlaces'),
      ratingScale: at('rating', 'secondNumbers') as CleanReview['ratingScale'],
      rating,
      text: text('text'),
      location: coded('location', 'textPlaces'),
      restaurantName: coded('restaurant_name', 'textPlaces'),
      totalSpent: number('total', 'hasTotal'),
      tipAmount: number('tip', 'hasTip'),
      tipPercentage: number('percentage', 'hasPercentage'),
      partySize: at('party_size', 'numbers'),
      ageRange: coded('age_range', 'textPlaces'),
      gender: coded('gender', 'textPlaces'),
      ethnicity: coded('ethnicity', 'textPlaces'),
      genderNorm: coded('gender', 'normPlaces'),
      ethnicityNorm: coded('ethnicity', 'normPlaces'),
      ageGroup: coded('age_range', 'normPlaces'),
    },
    length: text('text') === null ? null : (vectors.i32('text', 2)[row] as number),
    flags: new Uint16Array(kernels.memory.buffer, vectors.lane('flags'), vectors.rowsMax)[row] as number,
    isOdd: vectors.u8('odd')[row] === 1,
    isPrefixed: vectors.u8('prefixed')[row] === 1,
  };
}

function newVectors(cleaner: ReviewCleaner, isOlder = false): ReviewVectors {
  const decode = isOlder ? decodeWindows1252 : undefined;
  const vectors = new ReviewVectors(cleaner, RowBatch.rowsMaxOf(HEADERS.length), 'review_id', decode);
  opened.push(vectors);
  return vectors;
}

/** Reads a table of cells as a file has it, and compares each row with what the rules say. */
function expectSame(
  table: readonly (readonly string[])[],
  vectors: ReviewVectors,
  cleaner: ReviewCleaner,
  encoding: BufferEncoding = 'utf8',
) {
  const quoted = (cell: string) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  // The last cell is never empty, and so no row is a blank line.
  const text = [HEADERS, ...table].map((row) => `${row.map(quoted).join(',')}\n`).join('');
  let seen = 0;
  const settings = { delimiter: ',', rowBytesMax: 1 << 24, fieldBytesMax: 1 << 23, hasHeader: true };
  const reader = new CsvReader(
    { ...settings, columnCount: HEADERS.length },
    {
      rows(batch) {
        vectors.read(batch);
        vectors.print();
        for (let row = 0; row < batch.rowCount; row++, seen++) {
          const review = cleaner.clean(table[seen] as string[]);
          const found = rowOf(vectors, row);
          const { extra, unread, applied, isSuffixed, ...values } = review;
          expect(found.values).toEqual(values);
          expect(found.length).toBe(review.text === null ? null : codePointCount(review.text));
          expect((found.flags & 1) === 1).toBe(isSuffixed);
          if (found.isOdd) {
            expect(vectors.odd.get(row)).toEqual(review);
          } else {
            // What the rules have to say of a row is not lost where no rule was asked.
            const kept = isSuffixed ? vectors.suffixedExtra(batch, row) : [];
            expect({ extra, unread }).toEqual({ extra: kept, unread: {} });
            expect(applied).toEqual([
              ...(isSuffixed ? ['id_suffix_removed'] : []),
              ...(found.isPrefixed ? ['customer_prefix_removed'] : []),
            ]);
          }
        }
      },
      broken() {
        throw new Error('the table was to be read');
      },
      blank() {},
    },
  );
  reader.write(Buffer.from(text, encoding));
  reader.end();
  reader.release();
  expect(seen).toBe(table.length);
}

const SPACES = ['', ' ', '\t', '\n', '\r\n', '\r', '\u00a0', '\ufeff', '\u2003'];
const WORDS = [
  ...[
    '',
    'R1',
    'R1_dup',
    'r1_COPY',
    '_dup',
    'R1 _dup',
    'R1_cody',
    'R1_dut',
    'R1-copy',
    'R1_dup_copy',
    'R1_Dupe',
    'null',
    'N/A',
    'None',
    'nano',
    '#NAME?',
    '-',
    '--',
    '?',
  ],
  ...['undefined', 'under', 'na', 'n.a.', 'nil', 'nb', 'Ünal', 'é', '12', '0012', '-_copy'],
  ...[
    'Ann',
    'Guest_Ann',
    'guest_ Bo',
    'CLIENT_x',
    'Guest-Ann',
    'Guess_x',
    'Client-x',
    'Guest_',
    'Client_\u00a0y',
    'Guest',
    'Client',
    'guest_\u00a0',
    'Gué_x',
  ],
  ...[
    '2024-02-29',
    '2023-02-29',
    '07.02.2014',
    '06/09/2018',
    '24/12/2016',
    '12/24/2016',
    '2024-01-05 10:00',
    '1 May 2020',
  ],
  ...['5', '5.0', '4/5', '⭐⭐⭐', '★★★☆☆', '80%', '7', '0', '-1', '5.', '.5', '1e1', '１', '4,5', 'five'],
  ...[
    '50',
    '50.25',
    '$12.50',
    '1,234.50',
    '12,5',
    '1234567890123456',
    '123456789012345',
    '0.1',
    '0.10',
    '00.1',
    '1..2',
    '1.2.3',
  ],
  ...['99999999999999.9', '0.000000000000001', '12 %', '18.5', '1e400', 'NaN', 'Infinity', '--5', '+5', '-0'],
  ...[
    'male',
    'M',
    ' f ',
    'Female',
    'non-binary',
    'prefer not to say',
    'robot',
    '18-25',
    '26 – 35',
    '65+',
    '66',
    'white',
    'Latino',
  ],
  ...[
    'The "Bricks"',
    'a,b',
    'line\nbreak',
    'line\r\nbreak',
    'lone\rreturn',
    'ümlaut',
    'u\u0308mlaut',
    '\u0301',
    '😀',
    'a😀b',
  ],
  ...[
    '“curly”',
    '\u2000',
    '\u2126',
    '\u212b',
    '中文',
    '한글',
    '\u1100\u1161',
    '👨‍👩‍👧',
    '𝓢𝓸',
    'e\u0301',
    '\u0344',
    '❤️',
    '\ufb1d',
    '\u3099',
  ],
  ...[
    'x'.repeat(63),
    'x'.repeat(64),
    'x'.repeat(65),
    `${'sixteen letters '.repeat(5)}é`,
    `"${'q" '.repeat(20)}`,
    'y\r\n'.repeat(9),
  ],
];

const cell = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...WORDS) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...SPACES), fc.constantFrom(...WORDS), fc.constantFrom(...SPACES))
      .map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(...WORDS, ...SPACES), { maxLength: 5 }).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.double({ noNaN: true }).map(String) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(99_999), fc.nat(99)).map(([whole, part]) => `${whole}.${part}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
);
/** A row that no rule has anything to say of. */
const PLAIN = [
  ...['R1', 'Ann', '2024-01-05', '4', 'Good', 'Downtown', 'Luke'],
  ...['50', '9', '18', '2', '18-25', 'male', 'white'],
];
const row = fc.oneof(
  // One odd cell hands its whole row to the rules: where the others are plain, what the kernels make of a cell is seen.
  {
    weight: 3,
    arbitrary: fc
      .array(fc.tuple(fc.nat(HEADERS.length - 1), cell), { minLength: 1, maxLength: 2 })
      .map((changes) => changes.reduce((cells, [at, text]) => cells.with(at, text), PLAIN)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(cell, { minLength: HEADERS.length - 1, maxLength: HEADERS.length - 1 }), cell)
      .map(([cells, last]) => [...cells, last === '' ? 'white' : last]),
  },
);

test('kernels and rules read every cell alike, also when tables follow one another', () => {
  const cleaner = new ReviewCleaner(mapColumns(HEADERS, REVIEW_SYNONYMS), READING);
  const vectors = newVectors(cleaner);
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (table) => {
      expectSame(table, vectors, cleaner);
      vectors.forget();
    }),
    { numRuns: 3000 },
  );
});

test('a file in Windows-1252 is read as what it says', () => {
  const cleaner = new ReviewCleaner(mapColumns(HEADERS, REVIEW_SYNONYMS), READING);
  const latin = fc.constantFrom(
    'é',
    'Ünal',
    'R1',
    'Guest_Zoë',
    ' \u00a0x',
    '5',
    '2024-01-01',
    'male',
    '',
    'crème "brûlée"',
  );
  const latinRow = fc.oneof(
    fc.array(latin, { minLength: 14, maxLength: 14 }).map((cells) => [...cells.slice(0, 13), 'white']),
    fc.tuple(fc.nat(HEADERS.length - 2), latin).map(([at, text]) => PLAIN.with(at, text)),
  );
  const vectors = newVectors(cleaner, true);
  fc.assert(
    fc.property(fc.array(latinRow, { minLength: 1, maxLength: 8 }), (table) => {
      expectSame(table, vectors, cleaner, 'latin1');
    }),
    { numRuns: 300 },
  );
});

test('more different cells than a column may number, and long ones, are read alike', () => {
  const cleaner = new ReviewCleaner(mapColumns(HEADERS, REVIEW_SYNONYMS), READING);
  const vectors = newVectors(cleaner);
  for (let from = 0; from < 20_000; from += 1000) {
    const table = Array.from({ length: 1000 }, (_, i) => {
      const nth = from + i;
      const cells = HEADERS.map(() => (nth % 3 === 0 ? `${nth} ${'x'.repeat(nth % 400)}` : `cell ${nth}`));
      return [...cells.slice(0, 13), 'white'];
    });
    expectSame(table, vectors, cleaner);
    vectors.forget();
  }
});

test('cells that meet in one hash are two all the same', () => {
  const cleaner = new ReviewCleaner(mapColumns(HEADERS, REVIEW_SYNONYMS), READING);
  // Found by trying; kernels/intern.ts gives each pair one hash.
  const cells = ['place 055263', 'place 060951', 'place 040925', 'place 072235', 'place 055263'];
  expectSame(
    cells.map((cell) => PLAIN.with(5, cell)),
    newVectors(cleaner),
    cleaner,
  );
});

test('a cell keeps its number while others are held', () => {
  const cleaner = new ReviewCleaner(mapColumns(HEADERS, REVIEW_SYNONYMS), READING);
  const vectors = newVectors(cleaner);
  const codes = () => {
    expectSame([PLAIN], vectors, cleaner);
    return INTERNED.map((field) => new Int32Array(kernels.memory.buffer, vectors.codes(field), 1)[0]);
  };
  const before = codes();
  for (let from = 0; from < 6000; from += 1000) {
    expectSame(
      Array.from({ length: 1000 }, (_, i) => HEADERS.map(() => `${'cell '.repeat(10)}${from + i}`)),
      vectors,
      cleaner,
    );
    expect(codes()).toEqual(before);
  }
});

test('the print of a row covers every column, and nothing but what it means', () => {
  const cleaner = new ReviewCleaner(mapColumns(HEADERS, REVIEW_SYNONYMS), READING);
  const prints = (cells: readonly string[]) => {
    const vectors = newVectors(cleaner);
    expectSame([cells], vectors, cleaner);
    const print = (name: 'idPrints' | 'visitPrints' | 'rowPrints' | 'uidPrints') =>
      Buffer.from(kernels.memory.buffer, vectors.lane(name), 16).toString('hex');
    return { id: print('idPrints'), visit: print('visitPrints'), row: print('rowPrints'), uid: print('uidPrints') };
  };
  const whole = prints(PLAIN);
  const VISIT = [
    'review_id',
    'review_date',
    'tip_amount',
    'tip_percentage',
    'party_size',
    'age_range',
    'gender',
    'ethnicity',
  ];
  const UID = ['restaurant_name', 'review_id', 'customer_name', 'review_date', 'review_text'];
  const others = [
    'R2',
    'Bo',
    '2024-01-06',
    '3',
    'Bad',
    'Uptown',
    'Tavern',
    '51',
    '8',
    '17',
    '3',
    '26-35',
    'female',
    'black',
  ];
  HEADERS.forEach((header, i) => {
    // Another value, an unreadable one, a word for "missing", and none at all: each tells rows apart where it counts.
    for (const other of [others[i] as string, `?${header}?`, 'N/A', '']) {
      if (i === HEADERS.length - 1 && other === '') continue;
      const changed = prints(PLAIN.with(i, other));
      const said = { header, other };
      expect({ ...said, isSame: changed.row === whole.row }).toEqual({ ...said, isSame: false });
      const isSameVisit = changed.visit === whole.visit;
      expect({ ...said, isSameVisit }).toEqual({ ...said, isSameVisit: !VISIT.includes(header) });
      expect({ ...said, isSameUid: changed.uid === whole.uid }).toEqual({ ...said, isSameUid: !UID.includes(header) });
      expect(changed.id === whole.id).toBe(header !== 'review_id');
    }
  });
  // Two values that nothing can be made of are two; words that we do not know are one, however they are written.
  HEADERS.forEach((header, i) => {
    const [one, other] = [prints(PLAIN.with(i, `?${header}?`)), prints(PLAIN.with(i, `!${header}!`))];
    expect({ header, isSame: one.row === other.row }).toEqual({ header, isSame: false });
    const isSameVisit = one.visit === other.visit;
    expect({ header, isSameVisit }).toEqual({ header, isSameVisit: !VISIT.includes(header) });
  });
  expect(prints(PLAIN.with(12, 'ROBOT'))).toEqual(prints(PLAIN.with(12, 'Robot')));
  // Other ways of writing the same.
  const same = [
    'R1',
    'Guest_Ann ',
    '05.01.2024',
    '4.0',
    'Good',
    ' Downtown',
    'Luke',
    '50.00',
    '$9',
    '18%',
    '2.0',
    '18 to 25',
    'M',
    'Caucasian',
  ];
  expect(prints(same)).toEqual(whole);
});
