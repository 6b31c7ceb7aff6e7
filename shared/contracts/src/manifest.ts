/**
 * The manifest: one small object for each identity, created once, the only truth about what is done. It names only its
 * own version's outputs and says nothing that depends on other versions, on a clock, or on a delivery.
 */
import * as z from 'zod';
import { identityOf, TRANSFORM_VERSION } from './identity.ts';

const count = z.int().min(0);

export const countsSchema = z.strictObject({
  rows_read: count,
  accepted: count,
  duplicates: count,
  quarantined: count,
});

export const outputSchema = z.strictObject({
  role: z.enum(['table', 'quarantine', 'duplicates', 'profile']),
  key: z.string(),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What the file's own evidence said, and how sure it was. */
export const inferenceSchema = z.strictObject({
  /** Separated fields, or one JSON object a line. */
  format: z.enum(['delimited', 'json_lines']),
  compression: z.enum(['none', 'gzip', 'zstd']),
  encoding: z.strictObject({
    value: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']),
    byte_order_mark: z.boolean(),
    evidence: z.string(),
    ambiguous: z.boolean(),
  }),
  /** Null where the format has none. */
  delimiter: z.strictObject({ value: z.string().length(1), evidence: z.string(), ambiguous: z.boolean() }).nullable(),
  columns: z.array(
    z.strictObject({ header: z.string(), column: z.string().nullable(), by: z.enum(['name', 'synonym', 'none']) }),
  ),
  rating_scale: z
    .strictObject({ value: z.literal([5, 10, 100]), evidence: z.string(), ambiguous: z.boolean() })
    .nullable(),
  /** One for each separator of dates whose year comes last; empty where no date leaves its order open. */
  date_orders: z.array(
    z.strictObject({
      separator: z.enum(['/', '.', '-']),
      value: z.enum(['month_first', 'day_first']),
      evidence: z.string(),
      /** Dates that either order would read, where the file does not settle which. */
      ambiguous_values: count,
    }),
  ),
});

export const rejectionSchema = z.strictObject({
  /** A stable name, such as `empty_file` or `no_known_column`. */
  rule: z.string(),
  /** One or two sentences that a restaurant manager understands, with what to do. */
  message: z.string(),
  line: z.int().positive().nullable(),
});

export const manifestSchema = z.strictObject({
  schema: z.literal('tastetrend.manifest/1'),
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  transform_version: z.int().positive(),
  source: z.strictObject({
    bucket: z.string(),
    key: z.string(),
    version_id: z.string(),
    etag: z.string().nullable(),
    size_bytes: count.nullable(),
    /** S3's LastModified of the version; null when the version was gone before it could be read. */
    uploaded_at: z.iso.datetime().nullable(),
  }),
  /**
   * processed: a table was written. rejected: unreadable as a whole, `rejection` says why. gone: the version was deleted
   * before it was read. ignored: a folder marker, which is no file.
   */
  outcome: z.enum(['processed', 'rejected', 'gone', 'ignored']),
  kind: z.enum(['reviews', 'restaurant_info']).nullable(),
  rejection: rejectionSchema.nullable(),
  counts: countsSchema,
  outputs: z.array(outputSchema),
  inferred: inferenceSchema.nullable(),
});

export type Counts = z.infer<typeof countsSchema>;
export type Output = z.infer<typeof outputSchema>;
export type Inference = z.infer<typeof inferenceSchema>;
export type Rejection = z.infer<typeof rejectionSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** We are wrong, not the data and not the world: a count or an identity in a manifest does not add up. */
export class ManifestAssertionError extends Error {
  override readonly name = 'ManifestAssertionError';
}

/**
 * The one place that can make a manifest. Asserts that every row is accounted for and that the identity is the one its
 * source gives; the result is frozen, so that it cannot be changed between here and the bucket.
 * @throws ManifestAssertionError
 */
export function makeManifest(facts: Omit<Manifest, 'schema' | 'identity' | 'transform_version'>): Readonly<Manifest> {
  const { rows_read, accepted, duplicates, quarantined } = facts.counts;
  if (rows_read !== accepted + duplicates + quarantined) {
    throw new ManifestAssertionError(
      `rows are not conserved in ${facts.source.key}: read ${rows_read}, but ` +
        `accepted ${accepted} + duplicates ${duplicates} + quarantined ${quarantined} = ${accepted + duplicates + quarantined}`,
    );
  }
  if ((facts.outcome === 'rejected') !== (facts.rejection !== null)) {
    throw new ManifestAssertionError(`outcome ${facts.outcome} of ${facts.source.key} and its rejection disagree`);
  }
  if ((facts.outcome === 'processed') !== facts.outputs.some((output) => output.role === 'table')) {
    throw new ManifestAssertionError(`outcome ${facts.outcome} of ${facts.source.key} and its outputs disagree`);
  }
  const { bucket, key, version_id: versionId } = facts.source;
  return Object.freeze(
    manifestSchema.parse({
      schema: 'tastetrend.manifest/1',
      identity: identityOf({ bucket, key, versionId }),
      transform_version: TRANSFORM_VERSION,
      ...facts,
    }),
  );
}
