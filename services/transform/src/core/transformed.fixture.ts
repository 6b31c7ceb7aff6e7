/** What the tests of whole files stand on: bytes in, everything that came out in memory. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutputRole, Rejection, ReviewColumn } from '@tastetrend/contracts';
import type { FileContext } from './outputs.ts';
import type { ColumnChunk, OpenParquetWriter } from './parquet/types.ts';
import { isTexts, textAt } from './parquet/types.ts';
import { type FileResult, transformFile } from './transform-file.ts';

export const CONTEXT: FileContext = {
  identity: 'a'.repeat(64),
  sourceFile: 'eastside/reviews.csv',
  sourceVersion: 'v1',
  uploadedAt: '2026-01-02T03:04:05.000Z',
};

export type Row = Readonly<Record<ReviewColumn, string | number | boolean | null>>;

export interface SetAsideLine {
  readonly line: number;
  readonly byte_offset: number;
  readonly encoding: 'utf-8' | 'base64';
  readonly raw: string;
}
export interface QuarantineLine extends SetAsideLine {
  readonly byte_length: number;
  readonly reason: string;
  readonly part?: number;
  readonly reaches_line?: number;
}
export interface DuplicateLine extends SetAsideLine {
  readonly rule: 'exact' | 'copy';
  readonly repeats_line: number;
  readonly review_id: string | null;
}

export type Processed = Extract<FileResult, { kind: 'processed' }>;

export interface Transformed extends Processed {
  readonly rows: readonly Row[];
  readonly quarantine: readonly QuarantineLine[];
  readonly duplicates: readonly DuplicateLine[];
  readonly bytesOf: Readonly<Record<OutputRole, Buffer>>;
}

function valueAt({ values, nulls, column }: ColumnChunk, i: number): string | number | boolean | null {
  if (nulls[i] === 1) return null;
  if (isTexts(values)) return textAt(values, i);
  const value = values[i] as number;
  // JSON would write null and 0 for them, and hide that the table must have neither.
  if (!Number.isFinite(value) || Object.is(value, -0))
    throw new Error(`${column.name} is ${Object.is(value, -0) ? '-0' : value}`);
  return column.type === 'boolean' ? value === 1 : value;
}

/** A table of JSON lines, which needs no reader: dates as days, timestamps as milliseconds. */
export const openJsonLines: OpenParquetWriter = async (sink) => ({
  async writeRowGroup({ rowCount, columns }) {
    for (let i = 0; i < rowCount; i++) {
      const row = Object.fromEntries(columns.map((chunk) => [chunk.column.name, valueAt(chunk, i)]));
      sink.write(Buffer.from(`${JSON.stringify(row)}\n`));
    }
  },
  async finish() {},
});

function jsonLines<T>(bytes: Buffer): T[] {
  const lines = bytes.toString('utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as T);
}

/** Transforms a file of these bytes, and asserts what must hold of every file. */
export async function transformed(
  bytes: Uint8Array | string,
  context: Partial<FileContext> = {},
  openWriter: OpenParquetWriter = openJsonLines,
): Promise<Transformed | { kind: 'rejected'; rejection: Rejection }> {
  const directory = mkdtempSync(join(tmpdir(), 'tastetrend-transform-'));
  try {
    const path = join(directory, 'raw');
    writeFileSync(path, bytes);
    const result = await transformFile(path, { ...CONTEXT, ...context }, directory, openWriter);
    if (result.kind === 'rejected') return result;
    const bytesOf = Object.fromEntries(
      result.outputs.map((output) => {
        const content = readFileSync(output.path);
        const sha256 = createHash('sha256').update(content).digest('hex');
        if (content.length !== output.bytes || sha256 !== output.sha256) {
          throw new Error(`${output.role} is not as large as said, or has another checksum`);
        }
        return [output.role, content];
      }),
    ) as Record<OutputRole, Buffer>;
    const { rows_read, accepted, duplicates, quarantined } = result.counts;
    if (rows_read !== accepted + duplicates + quarantined) throw new Error('rows are not conserved');
    return {
      ...result,
      bytesOf,
      rows: openWriter === openJsonLines ? jsonLines<Row>(bytesOf.table) : [],
      quarantine: jsonLines<QuarantineLine>(bytesOf.quarantine),
      duplicates: jsonLines<DuplicateLine>(bytesOf.duplicates),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Transforms what must not be rejected. */
export async function processed(bytes: Uint8Array | string, context: Partial<FileContext> = {}): Promise<Transformed> {
  const result = await transformed(bytes, context);
  if (result.kind === 'rejected') throw new Error(`rejected: ${result.rejection.rule}`);
  return result;
}

/** The rule by which what must be rejected was. */
export async function rejectedBy(bytes: Uint8Array | string): Promise<string | undefined> {
  const result = await transformed(bytes);
  return result.kind === 'rejected' ? result.rejection.rule : undefined;
}

/** The very bytes of a row that was set aside. */
export function rawBytes({ encoding, raw }: SetAsideLine): Buffer {
  return Buffer.from(raw, encoding === 'base64' ? 'base64' : 'utf8');
}
