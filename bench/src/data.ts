/** The files of a bench: the four restaurants' in their proportions, made once for a seed and kept with all that is true of them. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateReviews, type SchemaName } from '@tastetrend/testing';
import { parse } from 'csv-parse';

/** Rows of the real files, in whose proportion rows are spread. */
const SHARES: Readonly<Record<SchemaName, number>> = { downtown: 614, eastside: 1784, uptown: 1655, midtown: 871 };
export const SCHEMAS = Object.keys(SHARES) as SchemaName[];

/** What a right reader must find in a file. */
export interface FileCounts {
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Accepted rows whose id another accepted row has. */
  readonly conflicts: number;
}

/** The rows that are none, by what is wrong with them; counted by csv-parse, and so not by anything of ours. */
export interface Defects {
  too_few_fields: number;
  too_many_fields: number;
  /** Of those with too many: all that is too many is empty. */
  surplus_all_empty: number;
}

export interface BenchFile {
  readonly name: string;
  readonly bytes: number;
  readonly counts: FileCounts;
  readonly defects: Defects;
}

export interface BenchData {
  readonly folder: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: readonly BenchFile[];
}

export interface DataOptions {
  readonly rows: number;
  readonly seed: number;
  readonly badRowRate: number;
  /** All rows in this restaurant's file; undefined: in all four. */
  readonly schema: SchemaName | undefined;
}

/** Rows for each schema; together as many as asked for. */
export function spread(rows: number, schema: SchemaName | undefined): [SchemaName, number][] {
  if (schema !== undefined) return [[schema, rows]];
  const total = SCHEMAS.reduce((sum, name) => sum + SHARES[name], 0);
  let passed = 0;
  let given = 0;
  return SCHEMAS.map((name) => {
    passed += SHARES[name];
    const upTo = Math.round((rows * passed) / total);
    const mine = upTo - given;
    given = upTo;
    return [name, mine];
  });
}

/**
 * The files of these options, made unless an earlier run left them.
 * @param home where they are kept
 */
export async function benchData(options: DataOptions, home: string, log: (line: string) => void): Promise<BenchData> {
  const { rows, seed, badRowRate, schema } = options;
  const folder = join(home, `${rows}-${schema ?? 'all'}-seed-${seed}-bad-${badRowRate}-${generatorDigest()}`);
  const truthFile = join(folder, 'truth.json');
  if (!existsSync(truthFile)) {
    log(`generating ${rows.toLocaleString('en')} rows, seed ${seed} (once) ...`);
    const fresh = `${folder}.${process.pid}`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    const files: BenchFile[] = [];
    for (const [name, share] of spread(rows, schema)) {
      files.push(await writeFile(fresh, { seed, rows: share, schema: name, badRowRate }));
    }
    writeFileSync(join(fresh, 'truth.json'), JSON.stringify(files, null, 1));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  }
  const files = JSON.parse(readFileSync(truthFile, 'utf8')) as BenchFile[];
  return { folder, rows, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files };
}

async function writeFile(folder: string, options: Parameters<typeof generateReviews>[0]): Promise<BenchFile> {
  const generated = generateReviews(options);
  const path = join(folder, generated.fileName);
  const descriptor = openSync(path, 'w');
  let bytes = 0;
  for (const chunk of generated.chunks()) {
    writeFileSync(descriptor, chunk);
    bytes += chunk.length;
  }
  closeSync(descriptor);
  const truth = generated.truth();
  const { too_few_fields, too_many_fields } = truth.quarantined;
  const defects = await countDefects(path);
  if (defects.too_few_fields !== too_few_fields || defects.too_many_fields !== too_many_fields) {
    throw new Error(`${generated.fileName}: csv-parse finds other bad rows than the generator says it wrote`);
  }
  const counts = {
    read: truth.rows,
    accepted: truth.accepted,
    duplicates: truth.duplicates,
    quarantined: too_few_fields + too_many_fields,
    conflicts: truth.acceptedSharingId,
  };
  return { name: generated.fileName, bytes, counts, defects };
}

async function countDefects(path: string): Promise<Defects> {
  const defects = { too_few_fields: 0, too_many_fields: 0, surplus_all_empty: 0 };
  let columns: number | undefined;
  const records = createReadStream(path).pipe(parse({ relax_column_count: true }));
  for await (const record of records as AsyncIterable<string[]>) {
    columns ??= record.length;
    if (record.length < columns) defects.too_few_fields++;
    if (record.length <= columns) continue;
    defects.too_many_fields++;
    if (record.slice(columns).every((field) => field === '')) defects.surplus_all_empty++;
  }
  return defects;
}

/** Files that another generator made, or whose defects another eye counted, are not these. */
function generatorDigest(): string {
  const generator = createRequire(import.meta.url).resolve('@tastetrend/testing');
  const sources = globSync('generator/*.ts', { cwd: join(generator, '..') })
    .filter((name) => !name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(generator, '..', name));
  const digest = createHash('sha256');
  for (const path of [...sources, fileURLToPath(import.meta.url)]) digest.update(readFileSync(path));
  return digest.digest('hex').slice(0, 8);
}
