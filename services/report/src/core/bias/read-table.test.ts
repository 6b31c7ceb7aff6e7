import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { CommittedObjectError } from '../../errors.ts';
import { anyRows } from '../../test-data/arbitrary.ts';
import { codedOf, IDENTITY, profileOf, type Row, rows, tableOf } from '../../test-data/tally.ts';
import type { CodedRows } from './coded-rows.ts';
import { readReviewTable, type TableBytes } from './read-table.ts';

function bytesOf(table: ArrayBuffer): TableBytes & { readonly requests: number[] } {
  const requests: number[] = [];
  return {
    requests,
    byteLength: table.byteLength,
    slice: async (start, end = table.byteLength) => {
      requests.push(end - start);
      return table.slice(start, end);
    },
  };
}

/** What a row is, whatever number its review_id has. */
function contentOf(coded: CodedRows) {
  const { review, groups, rating, logSpent, hasText, location, partyBand, reviews, locations } = coded;
  return { review: [...review], groups, rating, logSpent, hasText, location, partyBand, reviews, locations };
}

describe('readReviewTable', () => {
  it('reads what was written, whatever is missing, over any number of row groups', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows(), async (all) => {
        const varied = all.map(
          (row, i): Row => ({
            ...row,
            reviewId: i % 4 === 0 ? null : `r${i % 9}`,
            location: i % 5 === 0 ? null : `place ${i % 3}`,
            partySize: i % 6 === 0 ? null : (i % 9) + 1,
            totalSpent: i / 7,
          }),
        );
        if (varied.every(({ fate }) => fate !== 'accepted')) return;
        const expected = codedOf(varied);
        const { coded: read } = await readReviewTable(
          bytesOf(tableOf(varied)),
          IDENTITY,
          expected.rows,
          profileOf(varied).groups,
        );
        expect(contentOf(read)).toEqual(contentOf(expected));
      }),
      { numRuns: 40 },
    );
  });

  it('codes a rating to the hundredth, a total to a millionth of its logarithm, a party to its band', () => {
    const coded = codedOf([
      ...rows(1, { rating: 345, totalSpent: Math.E - 1, partySize: 1 }),
      ...rows(1, { rating: null, hasTotal: false, partySize: 4 }),
      ...rows(1, { totalSpent: 0, partySize: 12 }),
    ]);
    expect([...coded.rating]).toEqual([345, 0, 400]);
    expect([...coded.logSpent]).toEqual([1_000_000, -1, 0]);
    expect([...coded.partyBand]).toEqual([1, 3, 4]);
  });

  it('has strata for 15 locations, and one for all others', () => {
    const coded = codedOf(rows(40).map((row, i) => ({ ...row, location: i === 0 ? null : `place ${i}` })));
    expect([coded.location[0], coded.location[1], coded.location[15], coded.location[16], coded.location[39]]).toEqual([
      0, 1, 15, 16, 16,
    ]);
  });

  it('tells a group that is missing from one that could not be read, and keeps one that it does not know', async () => {
    const all = [
      ...rows(2, { gender: 'missing' }),
      ...rows(3, { gender: 'unreadable' }),
      ...rows(1, { gender: 'agender' }),
    ];
    const { coded: read } = await readReviewTable(bytesOf(tableOf(all)), IDENTITY, 6, {
      gender_norm: profileOf(all).groups.gender_norm ?? {},
    });
    const names = read.namesOf('gender_norm');
    expect([...read.groups.gender_norm].map((code) => names[code])).toEqual([
      'missing',
      'missing',
      'unreadable',
      'unreadable',
      'unreadable',
      'agender',
    ]);
  });

  it('asks for less than the table where there is much that it does not need', async () => {
    const texts = Array.from({ length: 400 }, (_, i) => Buffer.from(`${i}`.repeat(2_000)).toString('base64'));
    const columns = [
      { name: 'review_text', data: texts, type: 'STRING' as const },
      ...[
        'review_id',
        'location',
        'age_range',
        'gender',
        'ethnicity',
        'gender_norm',
        'ethnicity_norm',
        'age_group',
      ].map((name) => ({ name, data: texts.map((_, i) => `v${i % 3}`), type: 'STRING' as const })),
      ...['rating_1_5', 'total_spent'].map((name) => ({
        name,
        data: texts.map((_, i) => i % 5),
        type: 'DOUBLE' as const,
      })),
      ...['party_size', 'review_length'].map((name) => ({
        name,
        data: texts.map((_, i) => i),
        type: 'INT32' as const,
      })),
    ];
    const table = parquetWriteBuffer({
      columnData: columns,
      codec: 'ZSTD',
      compressors: { ZSTD: (input) => new Uint8Array(zstdCompressSync(input)) },
      kvMetadata: [{ key: 'tastetrend.identity', value: IDENTITY }],
    });
    const wide = bytesOf(table);
    const { coded: read } = await readReviewTable(wide, IDENTITY, 400, {});
    expect(read.reviews).toBe(3);
    // The footer is read by a guess of its size; what follows are the columns.
    expect(wide.requests.slice(1).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(20_000);
  });

  it.each([
    [
      'a table without a column',
      () =>
        parquetWriteBuffer({
          columnData: [{ name: 'review_id', data: ['a'] }],
          kvMetadata: [{ key: 'tastetrend.identity', value: IDENTITY }],
        }),
    ],
    [
      'a table that says nothing of whose it is',
      () => parquetWriteBuffer({ columnData: [{ name: 'review_id', data: ['a'] }] }),
    ],
    [
      'bytes of something else',
      () => new TextEncoder().encode('PAR1 but no more than that PAR1').buffer as ArrayBuffer,
    ],
  ])('%s is not what was committed', async (_, table) => {
    await expect(readReviewTable(bytesOf(table()), IDENTITY, 1, {})).rejects.toBeInstanceOf(CommittedObjectError);
  });
});
