import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RESTAURANTS, type SchemaName } from './generator/restaurants.ts';
import { type GenerateOptions, generateReviews } from './generator/reviews.ts';
import { writeSampleFiles } from './generator/samples.ts';
import type { FileTruth } from './generator/truth.ts';

const HELP = `Writes synthetic review files, the same bytes for the same seed.

  node shared/testing/src/generate.ts --out DIR [--seed N]
      the five sample files: four restaurants (4,924 reviews) and the restaurants' reference data
  node shared/testing/src/generate.ts --out DIR --rows N --schema NAME [--bad-rate R] [--seed N]
      one restaurant's file of N rows, in bounded memory

  --out DIR       where to write; made if need be
  --seed N        a whole number of 0 or more (default 1)
  --rows N        rows below the header
  --schema NAME   ${Object.keys(RESTAURANTS).join(', ')}
  --bad-rate R    share of rows with a wrong number of fields, 0 to 1 (default 0)
  --help          this text
`;

/** A command line that makes no sense; its message says what to give instead. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Line = Readonly<Record<string, string | number>>;

try {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      seed: { type: 'string', default: '1' },
      rows: { type: 'string' },
      schema: { type: 'string' },
      'bad-rate': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else await generate(values);
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof TypeError && 'code' in error)) throw error;
  process.stderr.write(`${error.message}\nTry --help.\n`);
  process.exitCode = 2;
}

async function generate(values: {
  out?: string | undefined;
  seed: string;
  rows?: string | undefined;
  schema?: string | undefined;
  'bad-rate'?: string | undefined;
}): Promise<void> {
  const dir = values.out;
  if (!dir) throw new UsageError('--out DIR is needed: the directory to write to.');
  const seed = wholeNumber('--seed', values.seed);
  if (values.rows === undefined) {
    if (values.schema !== undefined || values['bad-rate'] !== undefined) {
      throw new UsageError('--schema and --bad-rate need --rows N; without --rows the sample files are written.');
    }
    printTable(seed, writeSamples(seed, dir));
    return;
  }
  const options = {
    seed,
    rows: wholeNumber('--rows', values.rows),
    schema: schemaNamed(values.schema),
    badRowRate: share('--bad-rate', values['bad-rate'] ?? '0'),
  };
  printTable(seed, [await writeReviews(options, dir)]);
}

function writeSamples(seed: number, dir: string): Line[] {
  return writeSampleFiles({ seed, dir }).map((file) =>
    file.kind === 'reviews'
      ? describeFile(file.name, file.bytes.length, file.truth)
      : { file: file.name, bytes: file.bytes.length, rows: file.truth.rows },
  );
}

async function writeReviews(options: GenerateOptions, dir: string): Promise<Line> {
  mkdirSync(dir, { recursive: true });
  const reviews = generateReviews(options);
  const file = await open(join(dir, reviews.fileName), 'w');
  let bytes = 0;
  try {
    for (const chunk of reviews.chunks()) {
      await file.writeFile(chunk);
      bytes += chunk.length;
    }
  } finally {
    await file.close();
  }
  return describeFile(reviews.fileName, bytes, reviews.truth());
}

function describeFile(file: string, bytes: number, truth: FileTruth): Line {
  const { rows, accepted, duplicates, quarantined, distinctIds } = truth;
  const bad = quarantined.too_few_fields + quarantined.too_many_fields;
  return { file, bytes, rows, accepted, duplicates, quarantined: bad, ids: distinctIds };
}

function printTable(seed: number, lines: readonly Line[]): void {
  process.stdout.write(`seed ${seed}\n`);
  const columns = Object.keys(lines[0] ?? {});
  const cells = [columns, ...lines.map((line) => columns.map((column) => `${line[column] ?? ''}`))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  for (const row of cells) {
    const padded = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)));
    process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
  }
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new UsageError(`${option} must be a whole number of 0 or more, not "${text}".`);
  }
  return value;
}

function share(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new UsageError(`${option} must be a number from 0 to 1, not "${text}".`);
  }
  return value;
}

function schemaNamed(text: string | undefined): SchemaName {
  const names = Object.keys(RESTAURANTS) as SchemaName[];
  const name = names.find((candidate) => candidate === text);
  if (!name) throw new UsageError(`--schema must be one of ${names.join(', ')}, not "${text ?? ''}".`);
  return name;
}
