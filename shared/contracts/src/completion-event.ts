/** The completion event: it says that a manifest exists. Consumers drop repeats by `completion_id`. */
import * as z from 'zod';
import { completionIdOf } from './identity.ts';
import { manifestKey } from './layout.ts';
import { countsSchema, type Manifest, outputSchema, rejectionSchema } from './manifest.ts';

export const COMPLETION_SOURCE = 'tastetrend.transform';
export const COMPLETION_DETAIL_TYPE = 'File Version Completed';

/** Consumers accept unknown fields: within version 1, fields are added, never changed or removed. */
export const completionDetailSchema = z.looseObject({
  schema: z.literal('tastetrend.file-version-completed/1'),
  completion_id: z.string().regex(/^[0-9a-f]{64}$/),
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  transform_version: z.int().positive(),
  source: z.looseObject({
    bucket: z.string(),
    key: z.string(),
    version_id: z.string(),
    uploaded_at: z.iso.datetime().nullable(),
  }),
  outcome: z.enum(['processed', 'rejected', 'gone', 'ignored']),
  kind: z.enum(['reviews', 'restaurant_info']).nullable(),
  rejection: z.looseObject(rejectionSchema.shape).nullable(),
  counts: z.looseObject(countsSchema.shape),
  processed_bucket: z.string(),
  manifest_key: z.string(),
  outputs: z.array(z.looseObject(outputSchema.shape)),
});

export const completionEventSchema = z.looseObject({
  source: z.literal(COMPLETION_SOURCE),
  'detail-type': z.literal(COMPLETION_DETAIL_TYPE),
  detail: completionDetailSchema,
});

export type CompletionDetail = z.infer<typeof completionDetailSchema>;
export type CompletionEvent = z.infer<typeof completionEventSchema>;

/** The event's detail as a function of the manifest alone, so that every publish of one identity says the same. */
export function completionDetailOf(manifest: Manifest, processedBucket: string): CompletionDetail {
  const { bucket, key, version_id, uploaded_at } = manifest.source;
  return {
    schema: 'tastetrend.file-version-completed/1',
    completion_id: completionIdOf(manifest.identity),
    identity: manifest.identity,
    transform_version: manifest.transform_version,
    source: { bucket, key, version_id, uploaded_at },
    outcome: manifest.outcome,
    kind: manifest.kind,
    rejection: manifest.rejection,
    counts: manifest.counts,
    processed_bucket: processedBucket,
    manifest_key: manifestKey(manifest.identity),
    outputs: manifest.outputs,
  };
}
