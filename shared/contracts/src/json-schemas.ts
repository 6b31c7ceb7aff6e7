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
import { rollupPartSchema, rollupSchema } from './rollup.ts';
import { type Column, RESTAURANT_INFO_COLUMNS, REVIEW_COLUMNS } from './tables.ts';
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
  'rollup-part.v1': rollupPartSchema,
  'rollup.v1': rollupSchema,
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

/** The columns of the processed tables, for what is no TypeScript: Terraform makes the tables of query engines of them. */
export function tablesFile(): string {
  const of = (description: string, columns: readonly Column[]) => ({
    description,
    columns: columns.map(({ name, type }) => ({ name, type })),
  });
  const tables = {
    reviews: of('One row a review', REVIEW_COLUMNS),
    restaurant_info: of('One row a restaurant', RESTAURANT_INFO_COLUMNS),
  };
  return `${JSON.stringify(tables, null, 2)}\n`;
}

type Json = { readonly [name: string]: unknown };

/**
 * What a consumer of the schema before would miss in the one after: fields that are gone, no longer always there, or of
 * another type. Fields that are new break nobody.
 * @returns each with its path, in words
 */
export function brokenFields(before: Json, after: Json): string[] {
  const broken: string[] = [];
  compare('', before, after);
  return broken;

  function compare(path: string, rawOld: unknown, rawNew: unknown): void {
    const [old, now] = [resolved(before, rawOld), resolved(after, rawNew)];
    for (const word of ['type', 'const', 'enum', 'pattern', 'format']) {
      const [was, is] = [JSON.stringify(old[word]), JSON.stringify(now[word])];
      if (was !== is) broken.push(`${path || 'the whole'}: ${word} was ${was} and is ${is}`);
    }
    const required = new Set(now.required as string[] | undefined);
    for (const name of (old.required as string[] | undefined) ?? []) {
      if (!required.has(name)) broken.push(`${path}/${name} is no longer always there`);
    }
    const fields = (now.properties ?? {}) as Json;
    for (const [name, field] of Object.entries((old.properties ?? {}) as Json)) {
      if (fields[name] === undefined) broken.push(`${path}/${name} is gone`);
      else compare(`${path}/${name}`, field, fields[name]);
    }
    for (const word of ['items', 'additionalProperties']) {
      if (typeof old[word] === 'object') compare(`${path}/${word}`, old[word], now[word] ?? {});
    }
    for (const word of ['anyOf', 'oneOf', 'allOf']) {
      const others = (now[word] as unknown[] | undefined) ?? [];
      for (const [at, one] of ((old[word] as unknown[] | undefined) ?? []).entries()) {
        compare(`${path}/${word}/${at}`, one, others[at] ?? {});
      }
    }
  }

  function resolved(root: Json, schema: unknown): Json {
    const reference = (schema as Json).$ref;
    if (typeof reference !== 'string') return schema as Json;
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    return resolved(root, (root.$defs as Json)[name]);
  }
}
