/**
 * npm run fuzz [-- --seconds N --seed N]: throws mutated files at the whole core. It must never throw, never hang, and
 * always account for every row; the same bytes must give the same bytes. What breaks it is kept, with its seed.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateSampleFiles } from '@tastetrend/testing';

import { selectParquetWriter, transformFile } from '@tastetrend/transform';
import { mutated, Random } from './mutate.ts';

const SLOW_MS = 5_000;
/** Mutations of whole samples would spend their time on good rows. */
const SEED_FILE_BYTES = 6_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(
    'npm run fuzz -- [--seconds N] [--seed N]\nMutated files through the whole core, for so many seconds (20).',
  );
  process.exit(0);
}
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const until = performance.now() + Number(values.seconds) * 1_000;
console.log(`fuzzing from seed ${firstSeed} for ${values.seconds} s`);

const csv = generateSampleFiles(1).map(({ bytes }) => Buffer.from(bytes).subarray(0, SEED_FILE_BYTES));
const jsonl = Buffer.from(
  '{"review_id":"1","stars":4.0,"text":"good"}\n{"review_id":"2","stars":5,"user":null,"x":[1]}\n',
);
const files = [...csv, jsonl, Buffer.from('rating\n5\n'), Buffer.alloc(0)];
const openWriter = await selectParquetWriter();
const directory = mkdtempSync(join(tmpdir(), 'fuzz-'));
const outcomes = { processed: 0, rejected: 0 };
let seed = firstSeed;

/** What must hold of any bytes. @returns what did not */
async function complaintAbout(bytes: Buffer): Promise<string | undefined> {
  const path = join(directory, 'raw');
  writeFileSync(path, bytes);
  const context = {
    identity: 'f'.repeat(64),
    sourceFile: 'f.csv',
    sourceVersion: 'v',
    uploadedAt: '2026-01-01T00:00:00.000Z',
  };
  const prints: string[] = [];
  for (const name of ['first', 'second']) {
    const out = join(directory, name);
    mkdirSync(out, { recursive: true });
    const result = await transformFile(path, context, out, openWriter);
    if (name === 'first') outcomes[result.kind] += 1;
    if (result.kind === 'rejected')
      return result.rejection.message.length > 20 ? undefined : 'a rejection without a reason';
    const { rows_read, accepted, duplicates, quarantined } = result.counts;
    if (rows_read !== accepted + duplicates + quarantined) return 'rows are not conserved';
    const lines = (role: string) => readFileSync(join(out, role)).reduce((n, byte) => n + (byte === 0x0a ? 1 : 0), 0);
    if (lines('quarantine') !== quarantined) return 'quarantine.jsonl has another number of rows';
    if (lines('duplicates') !== duplicates) return 'duplicates.jsonl has another number of rows';
    prints.push(result.outputs.map(({ role, sha256 }) => `${role} ${sha256}`).join());
  }
  return prints[0] === prints[1] ? undefined : 'the same bytes gave other bytes';
}

try {
  for (; performance.now() < until; seed++) {
    const random = new Random(seed);
    const bytes = mutated(random.of(files), random);
    const startedMs = performance.now();
    const complaint = await complaintAbout(bytes).catch((error: unknown) => `${(error as Error).stack ?? error}`);
    const tookMs = performance.now() - startedMs;
    const problem = complaint ?? (tookMs > SLOW_MS ? `it took ${Math.round(tookMs)} ms` : undefined);
    if (problem === undefined) continue;
    const kept = join(tmpdir(), `fuzz-${seed}.bin`);
    writeFileSync(kept, bytes);
    console.error(
      `seed ${seed}: ${problem}\nthe file is kept as ${kept}; again with: npm run fuzz -- --seed ${seed} --seconds 1`,
    );
    process.exitCode = 1;
    break;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
console.log(`${seed - firstSeed} files: ${outcomes.processed} processed, ${outcomes.rejected} rejected`);
