import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { etagVersionId, type Manifest, makeManifest, manifestKey } from '@tastetrend/contracts';
import { reportKeysOf } from '@tastetrend/ingest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesBelow, put, testFolder } from './command.fixture.ts';
import { fetchOutputs, type Objects, pathOfKey } from './fetch-outputs.ts';

describe('pathOfKey', () => {
  it.for([
    ['a.csv', 'a.csv'],
    ['2026/11/a b+c%20.csv', '2026/11/a b+c%20.csv'],
    ['/a//b/', 'a/b'],
    ['../../etc/passwd', '%2E%2E/%2E%2E/etc/passwd'],
    ['a/./..', 'a/%2E/%2E%2E'],
    ['...', '...'],
    ['..\\..', '..\\..'],
  ] as const)('%s', ([key, path]) => {
    expect(pathOfKey(key)).toBe(path);
  });

  it('property: it never leads out of the folder', () => {
    const part = fc.oneof(fc.constantFrom('.', '..', '', '...', '.. ', '%2E', '~'), fc.string({ unit: 'binary' }));
    const key = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(key, (raw) => {
        const folder = resolve('/some/out');
        const path = pathOfKey(raw);
        const landed = resolve(join(folder, path));
        const isInside = landed === folder || landed.startsWith(folder + sep);
        // As deep as the key has names, so that it is not somewhere else inside of the folder either.
        const depth = raw.split('/').filter((name) => name !== '').length;
        const isAsDeep = landed.slice(folder.length).split(sep).length - 1 === depth;
        return isInside && isAsDeep && !path.split('/').includes('..');
      }),
      { numRuns: 1_000 },
    );
  });
});

const rejected: Manifest = makeManifest({
  source: {
    bucket: 'local',
    key: 'a.csv',
    version_id: etagVersionId('"x"'),
    etag: '"x"',
    size_bytes: 1,
    uploaded_at: '2026-01-01T00:00:00.000Z',
  },
  outcome: 'rejected',
  kind: null,
  rejection: { rule: 'empty_file', message: 'It is empty.', line: null },
  counts: { rows_read: 0, accepted: 0, duplicates: 0, quarantined: 0 },
  outputs: [],
  inferred: null,
});

describe('fetchOutputs', () => {
  it('what was there stays whole when one of the new outputs cannot be fetched', async () => {
    const folder = testFolder();
    const directory = join(folder, 'a.csv');
    mkdirSync(directory);
    for (const name of ['manifest.json', 'processed_a.csv.parquet', 'validation_old.json', 'mine.txt'])
      put(directory, name, 'old');
    const before = filesBelow(folder);
    const objects: Objects = {
      async fetch(key, path) {
        if (key === manifestKey(rejected.identity)) throw new Error('the network is gone');
        writeFileSync(path, 'new');
      },
    };
    await expect(fetchOutputs(rejected, objects, directory)).rejects.toThrow('the network is gone');
    expect(filesBelow(folder)).toEqual(before);
  });

  it('a summary that is none is not put there either', async () => {
    const folder = testFolder();
    const objects: Objects = { fetch: async (_key, path) => writeFileSync(path, '{}') };
    expect(reportKeysOf(rejected)).toHaveLength(3);
    await expect(fetchOutputs(rejected, objects, join(folder, 'a.csv'))).rejects.toThrow();
    expect(filesBelow(folder)).toEqual({});
  });
});
