/**
 * S3's events about objects as EventBridge delivers them. Keys are not URL-encoded on this path. Unknown fields are
 * accepted, as AWS asks; source: S3 user guide, "EventBridge event message structure".
 */
import * as z from 'zod';

export const objectCreatedEventSchema = z.looseObject({
  id: z.string().min(1),
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  time: z.string(),
  /** Only on what an archive's replay delivers. Source: EventBridge user guide, "Archiving and replaying events". */
  'replay-name': z.string().optional(),
  detail: z.looseObject({
    bucket: z.looseObject({ name: z.string().min(1) }),
    object: z.looseObject({
      key: z.string().min(1),
      size: z.int().min(0).optional(),
      etag: z.string().min(1).optional(),
      /** Absent in a bucket without versions, and from the local AWS. */
      'version-id': z.string().min(1).optional(),
      sequencer: z.string().optional(),
    }),
    reason: z.string().optional(),
  }),
});

/** It only says "look": what is deleted, and whether it still is, raw says. */
export const objectDeletedEventSchema = z.looseObject({
  id: z.string().min(1),
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Deleted'),
  time: z.string(),
  'replay-name': z.string().optional(),
  detail: z.looseObject({
    bucket: z.looseObject({ name: z.string().min(1) }),
    object: z.looseObject({
      key: z.string().min(1),
      /** Of the version that is gone, or of the delete marker that came; absent as in the other event. */
      'version-id': z.string().min(1).optional(),
      sequencer: z.string().optional(),
    }),
    /** `DeleteObject` or `Lifecycle Expiration`. */
    reason: z.string().optional(),
    /** `Permanently Deleted` or `Delete Marker Created`. */
    'deletion-type': z.string().optional(),
  }),
});

export const objectEventSchema = z.discriminatedUnion('detail-type', [
  objectCreatedEventSchema,
  objectDeletedEventSchema,
]);

export type ObjectCreatedEvent = z.infer<typeof objectCreatedEventSchema>;
