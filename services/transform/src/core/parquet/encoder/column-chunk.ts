/**
 * One column of one row group: a dictionary page where it pays, then data pages (version 1), each compressed by itself.
 * Source: Parquet format, README.md, "Data Pages"; parquet.thrift, PageHeader and ColumnMetaData.
 */
import { kernels } from '../../kernels.ts';
import type { ByteSink } from '../types.ts';
import { bloomFilterOf } from './bloom-filter.ts';
import { compress, type PageContent } from './compression.ts';
import { deltaBytesMax, deltaNumbers, deltaTexts } from './delta.ts';
import { buildDictionary, type Dictionary } from './dictionary.ts';
import type { PlacedChunk, PlacedTexts } from './placement.ts';
import { plainDictionary, plainValues } from './plain.ts';
import { bitWidthOf, encodeIndices, encodeLevels, hybridBytesMax } from './rle.ts';
import { physicalType } from './schema.ts';
import { answer, page, view } from './scratch.ts';
import { statisticsOf } from './statistics.ts';
import { binary, encodeStruct, i32, i64, list, struct, type ThriftStruct } from './thrift.ts';

const ENCODING = { plain: 0, rle: 3, deltaBinaryPacked: 5, deltaLengthByteArray: 6, rleDictionary: 8 } as const;
const PAGE = { data: 0, dictionary: 2 } as const;
const CODEC_ZSTD = 6;
/** A data page ends at so many bytes of text: readers hold a page whole. */
const PAGE_TEXT_BYTES_MAX = 8 << 20;
/** Texts that are shorter, on average, are numbers, ids and names: they repeat little beyond how they begin. */
const SHORT_TEXT_BYTES_MAX = 64;
/** What kernels may touch beyond what they write. */
const SLACK_BYTES = 64;

export interface WrittenChunk {
  /** The ColumnMetaData struct of the footer, without where its Bloom filter is. */
  readonly metadata: ThriftStruct;
  /** What is written behind the row group. */
  readonly bloomFilter: Uint8Array | undefined;
  readonly uncompressedBytes: number;
}

/** A data page's rows [from, to), encoded in the kernels' memory from `start` to `end`. */
interface DataPage {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Writes the column at `offset` of the file. */
export function writeColumnChunk(
  sink: ByteSink,
  offset: number,
  chunk: PlacedChunk,
  hasBloomFilter: boolean,
): WrittenChunk {
  const { column, rows } = chunk;
  const valueBytes = meanBytes(chunk);
  const dictionary = buildDictionary(chunk, valueBytes);
  const isLongText = chunk.texts !== undefined && valueBytes >= SHORT_TEXT_BYTES_MAX;
  const totals = { compressed: 0, uncompressed: 0 };
  const writePage = (
    start: number,
    end: number,
    content: PageContent,
    headerOf: (uncompressed: number, compressed: number) => ThriftStruct,
  ) => {
    const compressed = compress(view(start, end), content);
    const header = encodeStruct(headerOf(end - start, compressed.length));
    sink.write(header);
    sink.write(compressed);
    totals.compressed += header.length + compressed.length;
    totals.uncompressed += header.length + end - start;
  };
  if (dictionary !== undefined) {
    const start = page.of(dictionaryBytesMax(chunk, dictionary));
    const end = plainDictionary(chunk, dictionary, start);
    const content = chunk.texts === undefined || isLongText ? 'text' : 'dense';
    writePage(start, end, content, (uncompressed, compressed) => [
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
  const encoding = encodingOf(chunk, dictionary);
  const content = encoding === ENCODING.plain || (dictionary === undefined && isLongText) ? 'text' : 'dense';
  for (const { from, to, start, end } of dataPages(chunk, dictionary)) {
    writePage(start, end, content, (uncompressed, compressed) => [
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
  const encodings = new Set([...(dictionary === undefined ? [] : [ENCODING.plain]), ENCODING.rle, encoding]);
  const metadata: ThriftStruct = [
    [1, i32(physicalType(column.type))],
    [2, list('i32', [...encodings].map(i32))],
    [3, list('binary', [binary(column.name)])],
    [4, i32(CODEC_ZSTD)],
    [5, i64(rows)],
    [6, i64(totals.uncompressed)],
    [7, i64(totals.compressed)],
    [9, i64(dataOffset)],
    [11, dictionary === undefined ? undefined : i64(offset)],
    [12, statisticsOf(chunk, dictionary)],
  ];
  return {
    metadata,
    bloomFilter: hasBloomFilter ? bloomFilterOf(chunk, dictionary) : undefined,
    uncompressedBytes: totals.uncompressed,
  };
}

/** Bytes of a value that is there, on average. */
function meanBytes({ texts, width, rows, nulls, nullCount }: PlacedChunk): number {
  if (texts === undefined) return width;
  if (nullCount === rows) return 0;
  return measure(texts, texts.entries, nulls, 0, rows, Number.POSITIVE_INFINITY).bytes / (rows - nullCount);
}

/** The bytes of rows [from, end), where rows end at `to` or when so many bytes are reached. */
function measure(
  { offsets }: PlacedTexts,
  entries: number,
  nulls: number,
  from: number,
  to: number,
  bytesMax: number,
): { bytes: number; end: number } {
  const out = answer.of(4);
  const bytes = kernels.measureTexts(offsets, entries, nulls, from, to, bytesMax, out);
  return { bytes, end: new DataView(kernels.memory.buffer).getInt32(out, true) };
}

function dictionaryBytesMax({ texts }: PlacedChunk, { values, size }: Dictionary): number {
  if (texts === undefined) return size * 8 + SLACK_BYTES;
  return measure(texts, values, 0, 0, size, Number.POSITIVE_INFINITY).bytes + size * 4 + SLACK_BYTES;
}

function encodingOf({ column, texts }: PlacedChunk, dictionary: Dictionary | undefined): number {
  if (dictionary !== undefined) return ENCODING.rleDictionary;
  if (texts !== undefined) return ENCODING.deltaLengthByteArray;
  return column.type === 'double' || column.type === 'boolean' ? ENCODING.plain : ENCODING.deltaBinaryPacked;
}

/** One page after another, each in the place of the one before. */
function* dataPages(chunk: PlacedChunk, dictionary: Dictionary | undefined): Generator<DataPage> {
  const { column, rows, nulls, texts } = chunk;
  const levels = (from: number, to: number, out: number) =>
    column.nullable ? encodeLevels(nulls, from, to, out) : out;
  const levelBytesMax = hybridBytesMax(rows, 1) + SLACK_BYTES;
  if (dictionary !== undefined) {
    const bitWidth = bitWidthOf(dictionary.size - 1);
    const start = page.of(levelBytesMax + hybridBytesMax(dictionary.indexCount, bitWidth));
    const end = encodeIndices(dictionary.indices, dictionary.indexCount, bitWidth, levels(0, rows, start));
    yield { from: 0, to: rows, start, end };
  } else if (texts === undefined) {
    const start = page.of(levelBytesMax + deltaBytesMax(rows));
    const isPlain = encodingOf(chunk, dictionary) === ENCODING.plain;
    const end = (isPlain ? plainValues : deltaNumbers)(chunk, levels(0, rows, start));
    yield { from: 0, to: rows, start, end };
  } else {
    for (let from = 0; from < rows; ) {
      const { bytes, end: to } = measure(texts, texts.entries, nulls, from, rows, PAGE_TEXT_BYTES_MAX);
      const start = page.of(levelBytesMax + deltaBytesMax(to - from) + bytes);
      yield { from, to, start, end: deltaTexts(texts, nulls, from, to, levels(from, to, start)) };
      from = to;
    }
  }
}
