/** The contracts as JSON Schema, for consumers in any language; checked in under ../schemas by `npm run schemas`. */
import * as z from 'zod';
import { biasSchema } from './bias.ts';
import { comparisonSchema } from './comparison.ts';
import { completionEventSchema } from './completion-event.ts';
import { manifestSchema } from './manifest.ts';
import { profileSchema } from './profile.ts';
import { removalEventSchema } from './removal-event.ts';
import { reportReadyEventSchema } from './report-ready-event.ts';
import { chunkChangeSchema, chunksReadyEventSchema, reviewChunkSchema } from './review-chunks.ts';
import { validationSchema } from './validation.ts';

const SCHEMAS = {
  'bias.v2': biasSchema,
  'comparison.v1': comparisonSchema,
  'file-removed.v1': removalEventSchema,
  'file-version-completed.v1': completionEventSchema,
  'manifest.v1': manifestSchema,
  'profile.v1': profileSchema,
  'report-ready.v1': reportReadyEventSchema,
  'review-chunk-change.v1': chunkChangeSchema,
  'review-chunk.v1': reviewChunkSchema,
  'review-chunks-ready.v1': chunksReadyEventSchema,
  'validation.v1': validationSchema,
} as const;

/** Text of each schema file, by its name without `.schema.json`. */
export function jsonSchemaFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => {
      const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', reused: 'ref' });
      return [name, `${JSON.stringify({ title: name, ...json }, null, 2)}\n`];
    }),
  );
}
