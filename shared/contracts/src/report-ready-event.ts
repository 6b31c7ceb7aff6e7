/** The report's event: all files of a report are there. Consumers drop repeats by `report_id`. */
import * as z from 'zod';
import { completionIdOf, sha256Hex } from './identity.ts';
import type { Manifest } from './manifest.ts';
import { checkStatusSchema } from './validation.ts';

export const REPORT_SOURCE = 'tastetrend.report';
export const REPORT_READY_DETAIL_TYPE = 'Report Ready';

/** Consumers accept unknown fields: within version 1, fields are added, never changed or removed. */
export const reportReadyDetailSchema = z.looseObject({
  schema: z.literal('tastetrend.report-ready/1'),
  /** A function of the identity: repeats of one report have the same. */
  report_id: z.string().regex(/^[0-9a-f]{64}$/),
  completion_id: z.string().regex(/^[0-9a-f]{64}$/),
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  transform_version: z.int().positive(),
  source: z.looseObject({
    bucket: z.string(),
    key: z.string(),
    version_id: z.string(),
    uploaded_at: z.iso.datetime().nullable(),
  }),
  outcome: z.enum(['processed', 'rejected', 'gone']),
  kind: z.enum(['reviews', 'restaurant_info']).nullable(),
  /** What the validation summary says. */
  status: checkStatusSchema,
  /** The report's files; kinds may be added. */
  files: z.array(z.looseObject({ kind: z.string(), key: z.string() })).min(1),
  processed_bucket: z.string(),
  /**
   * Whether this version may be handed over to retrieval. Whether it is what retrieval holds depends on other versions,
   * too: `Review Chunks Ready` says that.
   */
  handoff: z.looseObject({
    gate: z.enum(['passed', 'refused', 'not_applicable']),
    /** Null where the gate is passed. */
    reason: z.enum(['validation_failed', 'no_reviews']).nullable(),
  }),
});

export const reportReadyEventSchema = z.looseObject({
  source: z.literal(REPORT_SOURCE),
  'detail-type': z.literal(REPORT_READY_DETAIL_TYPE),
  detail: reportReadyDetailSchema,
});

export type ReportReadyDetail = z.infer<typeof reportReadyDetailSchema>;

export interface ReportedFile {
  readonly kind: string;
  readonly key: string;
}

/** The id by which consumers drop repeated report events: a function of the identity alone. */
export function reportIdOf(identity: string): string {
  return sha256Hex(JSON.stringify(['report', identity]));
}

/** A file that fails its validation is not handed over; one without reviews has nothing to hand over. */
function gateOf(
  { outcome, kind }: Pick<ReportReadyDetail, 'outcome' | 'kind'>,
  status: ReportReadyDetail['status'],
): ReportReadyDetail['handoff'] {
  if (outcome !== 'processed' || kind !== 'reviews') return { gate: 'not_applicable', reason: 'no_reviews' };
  return status === 'fail' ? { gate: 'refused', reason: 'validation_failed' } : { gate: 'passed', reason: null };
}

/**
 * The event's detail, as a function of what the identity's completion event and validation summary say.
 * @param status of the validation summary that stands
 * @param files in the order in which they are to be named
 */
export function reportReadyDetailOf(
  completed: Pick<Manifest, 'identity' | 'transform_version' | 'kind'> & {
    readonly outcome: ReportReadyDetail['outcome'];
    readonly source: ReportReadyDetail['source'];
  },
  status: ReportReadyDetail['status'],
  files: readonly ReportedFile[],
  processedBucket: string,
): ReportReadyDetail {
  const { identity, transform_version, outcome, kind } = completed;
  const { bucket, key, version_id, uploaded_at } = completed.source;
  return {
    schema: 'tastetrend.report-ready/1',
    report_id: reportIdOf(identity),
    completion_id: completionIdOf(identity),
    identity,
    transform_version,
    source: { bucket, key, version_id, uploaded_at },
    outcome,
    kind,
    status,
    files: files.map((file) => ({ kind: file.kind, key: file.key })),
    processed_bucket: processedBucket,
    handoff: gateOf(completed, status),
  };
}
