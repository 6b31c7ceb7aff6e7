/** What the usual targets take. A chunk over one of these would be refused there, long after it was made: so it asserts. */
import type { ReviewChunk } from '@tastetrend/contracts';
import { ReportAssertionError } from '../../errors.ts';

/**
 * Source: Amazon Bedrock User Guide, "Amazon Titan Text Embeddings models": V2 takes up to 8,192 tokens or 50,000
 * characters. No tokenizer makes more tokens than a text has bytes, so that its bytes are the bound that is checked.
 */
const TITAN_V2 = { tokens_max: 8_192, characters_max: 50_000 };

/**
 * Source: Amazon S3 User Guide, "Limitations and restrictions" of S3 Vectors: 2 KB of filterable metadata and 50 keys a
 * vector, keys of vectors up to 1,024 characters.
 */
const S3_VECTORS = { filterable_metadata_bytes_max: 2_048, metadata_keys_max: 50 };

/**
 * Sources: Amazon Bedrock API Reference, DocumentMetadata (50 attributes) and MetadataAttribute (names up to 200
 * characters). A knowledge base adds metadata of its own to a vector: half of what S3 Vectors takes is left to it.
 */
const BEDROCK = { metadata_bytes_max: 1_024, attributes_max: 50, attribute_name_characters_max: 200 };

/** Source: Amazon EventBridge User Guide, "Calculating Amazon EventBridge event entry size": 256 KB an entry. */
export const EVENT_BYTES_MAX = 256 * 1024;

/** @throws ReportAssertionError naming the limit and the chunk, and nothing of its text */
export function assertWithinLimits(chunk: ReviewChunk): void {
  const names = Object.keys(chunk.metadata);
  const metadataBytes = Buffer.byteLength(JSON.stringify(chunk.metadata));
  const limits: readonly (readonly [what: string, value: number, max: number])[] = [
    ['bytes, and so perhaps tokens', Buffer.byteLength(chunk.text), TITAN_V2.tokens_max],
    ['characters', chunk.text.length, TITAN_V2.characters_max],
    ['bytes of metadata', metadataBytes, BEDROCK.metadata_bytes_max],
    ['bytes of filterable metadata', metadataBytes, S3_VECTORS.filterable_metadata_bytes_max],
    ['metadata keys', names.length, Math.min(S3_VECTORS.metadata_keys_max, BEDROCK.attributes_max)],
    [
      'characters of a metadata key',
      Math.max(...names.map((name) => name.length)),
      BEDROCK.attribute_name_characters_max,
    ],
  ];
  for (const [what, value, max] of limits) {
    if (value > max) throw new ReportAssertionError(`chunk ${chunk.chunk_id} has ${value} ${what}, more than ${max}`);
  }
}
