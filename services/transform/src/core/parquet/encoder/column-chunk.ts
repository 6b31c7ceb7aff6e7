/**
 * One column of one row group: a dictionary page where it pays, then data pages (version 1), each compressed by itself.
 * Source: Parquet format, README.md, "Data Pages"; parquet.thrift, PageHeader and ColumnMetaData.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import type { ByteSink, ColumnChunk } from '../types.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { buildDictionary, type Dictionary } from './dictionary.ts';
import { encodePlain } from './plain.ts';
import { bitWidthOf, encodeRle } from './rle.ts';
import { physicalType } from './schema.ts';
import { statisticsOf } from './statistics.ts';
import { binary, encodeStruct, i32, i64, list, struct, type ThriftStruct, type ThriftValue } from './thrift.ts';

const ENCODING = { plain: 0, rle: 3, rleDictionary: 8 } as const;
const PAGE = { data: 0, dictionary: 2 } as const;
const CODEC_ZSTD = 6;
const ZSTD_LEVEL = 3;
/** A data page ends at so many bytes of text: readers hold a page whole. */
const PAGE_TEXT_BYTES_MAX = 1 << 20;

/** Scratch of one writer, used for one page after another. */
export interface Scratch {
  readonly page: ByteBuffer;
  readonly levels: ByteBuffer;
}

export function newScratch(): Scratch {
  return { page: new ByteBuffer(1 << 20), levels: new ByteBuffer() };
}

export interface WrittenChunk {
  /** The ColumnChunk struct of the footer. */
  readonly footer: ThriftValue;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
}

/** Writes the column at `offset` of the file. */
export function writeColumnChunk(sink: ByteSink, offset: number, chunk: ColumnChunk, scratch: Scratch): WrittenChunk {
  const dictionary = buildDictionary(chunk);
  const totals = { compressed: 0, uncompressed: 0 };
  const writePage = (body: Uint8Array, headerOf: (uncompressed: number, compressed: number) => ThriftStruct) => {
    const compressed = zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
    const header = encodeStruct(headerOf(body.length, compressed.length));
    sink.write(header);
    sink.write(compressed);
    totals.compressed += header.length + compressed.length;
    totals.uncompressed += header.length + body.length;
  };
  if (dictionary !== undefined) {
    const { page } = scratch;
    page.clear();
    encodePlain(page, dictionaryValues(chunk, dictionary), 0, dictionary.size);
    writePage(page.view(), (uncompressed, compressed) => [
      [1, i32(PAGE.dictionary)],
      [2, i32(uncompressed)],
      [3, i32(compressed)],
      [
        7,
        struct([
          [1, i32(dictionary.size)],
          [2, i32(ENCODING.plain)],
        ]),
      ],
    ]);
  }
  const dataOffset = offset + totals.compressed;
  const encoding = dictionary === undefined ? ENCODING.plain : ENCODING.rleDictionary;
  let index = 0;
  for (const [from, to] of pagesOf(chunk, dictionary)) {
    index = encodeDataPage(chunk, dictionary, from, to, index, scratch);
    writePage(scratch.page.view(), (uncompressed, compressed) => [
      [1, i32(PAGE.data)],
      [2, i32(uncompressed)],
      [3, i32(compressed)],
      [
        5,
        struct([
          [1, i32(to - from)],
          [2, i32(encoding)],
          [3, i32(ENCODING.rle)],
          [4, i32(ENCODING.rle)],
        ]),
      ],
    ]);
  }
  const encodings =
    dictionary === undefined ? [ENCODING.plain, ENCODING.rle] : [ENCODING.plain, ENCODING.rle, encoding];
  const metadata = struct([
    [1, i32(physicalType(chunk.column.type))],
    [2, list('i32', encodings.map(i32))],
    [3, list('binary', [binary(chunk.column.name)])],
    [4, i32(CODEC_ZSTD)],
    [5, i64(chunk.nulls.length)],
    [6, i64(totals.uncompressed)],
    [7, i64(totals.compressed)],
    [9, i64(dataOffset)],
    [11, dictionary === undefined ? undefined : i64(offset)],
    [12, statisticsOf(chunk, dictionary)],
  ]);
  return {
    footer: struct([
      [2, i64(0)],
      [3, metadata],
    ]),
    compressedBytes: totals.compressed,
    uncompressedBytes: totals.uncompressed,
  };
}

/** Rows [from, to) of each data page. */
function pagesOf({ values, nulls }: ColumnChunk, dictionary: Dictionary | undefined): [number, number][] {
  const rows = nulls.length;
  if (dictionary !== undefined || !('offsets' in values)) return rows === 0 ? [] : [[0, rows]];
  const pages: [number, number][] = [];
  let from = 0;
  for (let row = 1; row <= rows; row++) {
    const bytes = (values.offsets[row] as number) - (values.offsets[from] as number);
    if (row === rows || bytes >= PAGE_TEXT_BYTES_MAX) {
      pages.push([from, row]);
      from = row;
    }
  }
  return pages;
}

/** @returns how many dictionary indices are used up by now */
function encodeDataPage(
  chunk: ColumnChunk,
  dictionary: Dictionary | undefined,
  from: number,
  to: number,
  index: number,
  { page, levels }: Scratch,
): number {
  const { column, nulls } = chunk;
  page.clear();
  if (column.nullable) writeDefinitionLevels(nulls, from, to, page, levels);
  if (dictionary === undefined) {
    encodePlain(page, chunk, from, to);
    return index;
  }
  const bitWidth = bitWidthOf(dictionary.size - 1);
  page.byte(bitWidth);
  encodeRle(page, dictionary.indices.subarray(index), dictionary.indexCount - index, bitWidth);
  return dictionary.indexCount;
}

/** 1 where there is a value, 0 where there is none; before them, in a version 1 page, their length in bytes. */
function writeDefinitionLevels(
  nulls: Uint8Array,
  from: number,
  to: number,
  page: ByteBuffer,
  levels: ByteBuffer,
): void {
  const defined = new Uint8Array(to - from);
  for (let i = from; i < to; i++) defined[i - from] = nulls[i] === 1 ? 0 : 1;
  levels.clear();
  encodeRle(levels, defined, defined.length, 1);
  page.uint32(levels.length);
  page.bytes(levels.view());
}

/** The dictionary's values as a chunk of their own, each distinct value a row. */
function dictionaryValues(chunk: ColumnChunk, { firstRows, size }: Dictionary): ColumnChunk {
  const { column, values } = chunk;
  const nulls = new Uint8Array(size);
  if (!('offsets' in values)) {
    const numbers = values.slice(0, size);
    for (let i = 0; i < size; i++) numbers[i] = values[firstRows[i] as number] as number;
    return { column, values: numbers, nulls, nullCount: 0 };
  }
  const offsets = new Uint32Array(size + 1);
  for (let i = 0; i < size; i++) {
    const row = firstRows[i] as number;
    offsets[i + 1] = (offsets[i] as number) + (values.offsets[row + 1] as number) - (values.offsets[row] as number);
  }
  const bytes = Buffer.allocUnsafe(offsets[size] as number);
  for (let i = 0; i < size; i++) {
    const row = firstRows[i] as number;
    bytes.set(values.bytes.subarray(values.offsets[row], values.offsets[row + 1]), offsets[i]);
  }
  return { column, values: { bytes, offsets }, nulls, nullCount: 0 };
}
