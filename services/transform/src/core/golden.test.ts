/** The same input gives the same bytes under one transformVersion, for ever; SHA-256 of every output is pinned beside. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { TRANSFORM_VERSION } from '@tastetrend/contracts';
import { generateReviews, generateSampleFiles } from '@tastetrend/testing';
import { expect, test } from 'vitest';
import { PARQUET_WRITERS, selectParquetWriter } from './parquet/select.ts';
import { CONTEXT, transformed } from './transformed.fixture.ts';

const SEED = 1;
const PINNED = new URL('./golden.json', import.meta.url);
const NODE_MAJOR = Number.parseInt(process.versions.node, 10);

interface Golden {
  readonly transform_version: number;
  /** Deflate and zstd are Node's own: another major version may compress to other bytes. */
  readonly node_major: number;
  /** `<file> <output>` → SHA-256. */
  readonly sha256: Readonly<Record<string, string>>;
}

async function goldenNow(): Promise<Golden> {
  const broken = generateReviews({ seed: SEED, rows: 500, schema: 'midtown', badRowRate: 0.1 });
  const files = [
    ...generateSampleFiles(SEED).map(({ name, bytes }) => ({ name, bytes })),
    { name: 'with broken rows', bytes: Buffer.concat([...broken.chunks()]) },
  ];
  const sha256: Record<string, string> = {};
  for (const writer of PARQUET_WRITERS) {
    const openWriter = await selectParquetWriter(writer);
    // The other writers are slower; two files are enough to see that their bytes change.
    for (const { name, bytes } of writer === PARQUET_WRITERS[0] ? files : files.slice(-2)) {
      const result = await transformed(bytes, { ...CONTEXT, sourceFile: name }, openWriter);
      if (result.kind === 'rejected') throw new Error(`${name} was rejected: ${result.rejection.rule}`);
      for (const output of result.outputs) {
        const role = output.role === 'table' ? `table by ${writer}` : output.role;
        sha256[`${name}: ${role}`] = output.sha256;
      }
    }
  }
  return { transform_version: TRANSFORM_VERSION, node_major: NODE_MAJOR, sha256 };
}

test(`promise: bytes change only with transformVersion (seed ${SEED})`, async () => {
  const now = await goldenNow();
  const pinned = existsSync(PINNED) ? (JSON.parse(readFileSync(PINNED, 'utf8')) as Golden) : undefined;
  if (process.env.UPDATE_GOLDEN === '1' && now.transform_version !== pinned?.transform_version) {
    writeFileSync(PINNED, `${JSON.stringify(now, null, 2)}\n`);
    return;
  }
  if (pinned === undefined) expect.fail('golden.json is not there: pin the bytes with UPDATE_GOLDEN=1');
  if (now.transform_version !== pinned.transform_version) {
    expect.fail(
      `TRANSFORM_VERSION is ${now.transform_version} and golden.json is of ${pinned.transform_version}: ` +
        'pin the new bytes with UPDATE_GOLDEN=1',
    );
  }
  const changed = [...new Set([...Object.keys(now.sha256), ...Object.keys(pinned.sha256)])].filter(
    (output) => now.sha256[output] !== pinned.sha256[output],
  );
  expect(
    changed,
    `the same input gives other bytes than before under transformVersion ${now.transform_version}. If that is meant, ` +
      'raise TRANSFORM_VERSION in shared/contracts/src/identity.ts by hand, then pin the new bytes with UPDATE_GOLDEN=1. ' +
      `(They were pinned on Node ${pinned.node_major}, this is Node ${process.versions.node}: with another major version, ` +
      'tables may differ by their compression alone.)',
  ).toEqual([]);
}, 60_000);
