/**
 * S3's Object Created event as EventBridge delivers it. Keys are not URL-encoded on this path. Unknown fields are
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

export type ObjectCreatedEvent = z.infer<typeof objectCreatedEventSchema>;
