/**
 * The one description of the pipeline: names, patterns, timings, limits, thresholds. The local stack creates AWS's
 * resources from it, the functions take their settings from it, and Terraform reads the same JSON.
 */
import * as z from 'zod';
import json from '../pipeline.json' with { type: 'json' };

const limit = z.strictObject({ value: z.int().positive(), reason: z.string().min(10) });
const threshold = z.number().nullable();
const over = z.strictObject({ warn_over: threshold, fail_over: threshold });

/** Functions, and the queues that feed them; each service has one of either. */
const functionName = z.enum(['transform', 'report', 'ingest']);
const retry = z.strictObject({ max_attempts: z.int().min(0).max(185), max_age_s: z.int().min(60).max(86_400) });

const pipelineSchema = z.strictObject({
  project: z.string(),
  buckets: z.record(
    z.enum(['raw', 'processed', 'artifacts']),
    z.strictObject({ versioned: z.boolean(), event_bridge: z.boolean() }),
  ),
  bus: z.string(),
  table: z.strictObject({ name: z.string(), partition_key: z.string(), ttl_attribute: z.string() }),
  queues: z.record(
    functionName,
    z.strictObject({
      function: functionName,
      visibility_timeout_s: z.int().min(0).max(43_200),
      retention_s: z.int().min(60).max(1_209_600),
      max_receive_count: z.int().min(1).max(1_000),
      dlq: z.string(),
    }),
  ),
  dead_letter_queues: z.record(z.string(), z.strictObject({ retention_s: z.int().min(60).max(1_209_600) })),
  rules: z.record(
    z.string(),
    z.strictObject({
      bus: z.string(),
      pattern: z.record(z.string(), z.unknown()),
      queue: functionName,
      dlq: z.string(),
      retry,
    }),
  ),
  /** What comes by the clock: an empty event into a queue, so that it is done, repeated and left dead like any other. */
  schedules: z.record(
    z.string(),
    z.strictObject({
      /** Source: EventBridge user guide, "Setting a schedule pattern". */
      expression: z.string().regex(/^(rate|cron)\(.+\)$/),
      queue: functionName,
      dlq: z.string(),
      retry,
    }),
  ),
  functions: z.record(
    functionName,
    z.strictObject({
      memory_mb: z.int().min(128).max(10_240),
      timeout_s: z.int().min(1).max(900),
      ephemeral_storage_mb: z.int().min(512).max(10_240),
      batch_size: z.int().min(1).max(10_000),
      batching_window_s: z.int().min(0).max(300),
      maximum_concurrency: z.int().min(2).max(1_000),
      /** Messages of one batch that are worked on at the same time. */
      messages_in_flight_max: z.int().min(1),
      /** Visibility set on a failed message, by how often it was received (the last stands for all later ones). */
      retry_backoff_s: z.array(z.int().min(1)).min(1),
    }),
  ),
  /** V8's heap in every function. */
  heap: z.strictObject({ semi_space_mb: limit, old_space_percent: limit.extend({ value: z.int().min(1).max(100) }) }),
  /** One run of the sweep: reconcile over a part of raw, audit over a part of the manifests. */
  sweep: z.strictObject({
    older_than_s: limit,
    keys_max: limit,
    audit_manifests_max: limit,
    audit_bytes_max: limit,
  }),
  /** One refresh of the rollup. */
  rollup: z.strictObject({ keys_max: limit }),
  lease: z.strictObject({
    completed_expires_after_s: z.int().min(1),
    busy_backoff_s: z.int().min(1),
    failure_record_expires_after_s: z.int().min(1),
  }),
  limits: z.strictObject({
    raw_key_bytes_max: limit,
    file_bytes_max: limit,
    decompressed_bytes_max: limit,
    decompression_ratio_max: limit,
    ratio_applies_from_bytes: limit,
    rows_max: limit,
    columns_max: limit,
    header_bytes_max: limit,
    field_bytes_max: limit,
    row_bytes_max: limit,
    recovered_bytes_max: limit,
    first_lines_max: limit,
  }),
  checks: z.strictObject({
    review_text_missing_pct: over,
    age_range_missing_pct: over,
    id_conflict_rows: over,
    quarantined_pct: over,
    rating_out_of_scale_pct: over,
    rating_unreadable_pct: over,
    date_unreadable_pct: over,
    accepted_rows_min: z.strictObject({ warn_under: threshold, fail_under: threshold }),
  }),
  bias: z.strictObject({
    cell_min: limit.extend({ value: z.int().min(2) }),
    measure_rows_min: limit,
    measure_reviews_min: limit,
    pair_rows_min: limit,
    pair_reviews_min: limit,
    false_discovery_rate: limit.extend({ value: z.number().gt(0).lt(1) }),
    bootstrap_resamples: limit,
    permutations_min: limit,
    exceedances_enough: limit,
  }),
  emf_namespace: z.string(),
});

/** The parsed description; its shape is checked when this module loads. */
export type Pipeline = z.infer<typeof pipelineSchema>;
export type FunctionName = keyof Pipeline['functions'];
export type QueueName = keyof Pipeline['queues'];
export type BucketPurpose = keyof Pipeline['buckets'];
export type LimitName = keyof Pipeline['limits'];

export const pipeline: Pipeline = pipelineSchema.parse(json);

/** The value of a named limit; the reason for each stands beside it in pipeline.json. */
export function limitOf(name: LimitName): number {
  return pipeline.limits[name].value;
}

/** Node's options for a function's heap. @param memoryMb of the function */
export function heapOptionsOf(memoryMb: number): string[] {
  const { semi_space_mb, old_space_percent } = pipeline.heap;
  const oldSpaceMb = Math.floor((memoryMb * old_space_percent.value) / 100);
  return [`--max-semi-space-size=${semi_space_mb.value}`, `--max-old-space-size=${oldSpaceMb}`];
}

/** `<project>-<env>-<purpose>-<account id>`: bucket names are global, so the account keeps them apart. */
export function bucketName(purpose: BucketPurpose, env: string, accountId: string): string {
  return `${pipeline.project}-${env}-${purpose}-${accountId}`;
}

/** `<project>-<env>-<name>`: the name of a queue, bus, table, rule or function in an environment. */
export function resourceName(name: string, env: string): string {
  return `${pipeline.project}-${env}-${name}`;
}
