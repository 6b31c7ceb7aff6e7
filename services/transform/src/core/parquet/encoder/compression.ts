/** Pages by zstd. Source: RFC 8878; Parquet format, Compression.md. */
import { constants, zstdCompressSync } from 'node:zlib';

/** As the readers' own writers have it by default. */
const ZSTD_LEVEL = 3;

/** Output comes in pieces of so many bytes, which are joined at the end. */
const OUTPUT_CHUNK_BYTES = 1 << 16;

/** What is in a page: `text` repeats itself in long stretches; `dense` has few repeats, and those of texts' beginnings. */
export type PageContent = 'text' | 'dense';

/** Short repeats in dense bytes cost more than the bytes: they are not looked for, which is faster too. */
const DENSE = { [constants.ZSTD_c_strategy]: constants.ZSTD_fast, [constants.ZSTD_c_minMatch]: 7 };

/** @returns bytes of their own */
export function compress(body: Uint8Array, content: PageContent): Uint8Array {
  return zstdCompressSync(body, {
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL, ...(content === 'dense' ? DENSE : {}) },
    chunkSize: OUTPUT_CHUNK_BYTES,
  });
}
