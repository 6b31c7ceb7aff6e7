import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { BrokenWorldError } from './errors.ts';
import { type ListedKey, listKeys } from './object-store.ts';

type Entry = { Key: string; VersionId: string; LastModified: Date; IsLatest?: boolean; ETag?: string; Size?: number };

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const version = (Key: string, VersionId: string, second: number, IsLatest = false): Entry => {
  return { Key, VersionId, LastModified: at(second), IsLatest, ETag: `"${VersionId}"`, Size: 5 };
};

/** S3's ListObjectVersions over prepared pages, and what it was asked. */
function pagedS3(pages: { Versions?: Entry[]; DeleteMarkers?: Entry[]; next?: [string, string] }[]) {
  const asked: unknown[] = [];
  const send = async ({ input }: { input: { KeyMarker?: string; VersionIdMarker?: string } }) => {
    asked.push([input.KeyMarker, input.VersionIdMarker]);
    const page = pages[asked.length - 1];
    if (page === undefined) throw Object.assign(new Error('slow down'), { name: 'SlowDown' });
    const [NextKeyMarker, NextVersionIdMarker] = page.next ?? [];
    return { ...page, IsTruncated: page.next !== undefined, NextKeyMarker, NextVersionIdMarker };
  };
  return { asked, s3: { send } as unknown as S3Client };
}

async function all(s3: S3Client, after?: string): Promise<ListedKey[][]> {
  const pages: ListedKey[][] = [];
  for await (const page of listKeys(s3, 'raw', { after })) pages.push(page);
  return pages;
}
const names = (pages: ListedKey[][]) =>
  pages.map((page) => page.map(({ key, versions }) => [key, versions.map(({ versionId }) => versionId)]));

describe('listKeys', () => {
  it('a key that goes on in the next page is given once, whole, with its delete markers where they belong', async () => {
    const { s3, asked } = pagedS3([
      {
        Versions: [version('a', 'a1', 1, true), version('b', 'b3', 9, true), version('b', 'b2', 5)],
        next: ['b', 'b2'],
      },
      {
        Versions: [version('b', 'b1', 1), version('c', 'c1', 1)],
        DeleteMarkers: [
          { Key: 'b', VersionId: 'bd', LastModified: at(3) },
          { Key: 'c', VersionId: 'cd', LastModified: at(1), IsLatest: true },
        ],
      },
    ]);
    expect(names(await all(s3, '0'))).toEqual([
      [['a', ['a1']]],
      [
        ['b', ['b3', 'b2', 'bd', 'b1']],
        ['c', ['cd', 'c1']],
      ],
    ]);
    expect(asked).toEqual([
      ['0', undefined],
      ['b', 'b2'],
    ]);
  });

  it('a page within one key gives nothing yet', async () => {
    const { s3 } = pagedS3([
      { Versions: [version('a', 'a2', 2, true)], next: ['a', 'a2'] },
      { Versions: [version('a', 'a1', 1)] },
    ]);
    expect(names(await all(s3))).toEqual([[['a', ['a2', 'a1']]]]);
  });

  it('keys come in S3’s order, which is that of their UTF-8 bytes', async () => {
    const keys = ['a', 'z', '\u{ff5e}', '\u{1f600}'];
    const { s3 } = pagedS3([{ Versions: [...keys].reverse().map((key) => version(key, 'v', 1, true)) }]);
    expect((await all(s3)).flat().map(({ key }) => key)).toEqual(keys);
  });

  it('a page that cannot be had is a broken world, and not the end', async () => {
    const { s3 } = pagedS3([{ Versions: [version('a', 'a1', 1, true)], next: ['a', 'a1'] }]);
    await expect(all(s3)).rejects.toThrow(BrokenWorldError);
  });
});
