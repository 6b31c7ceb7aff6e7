/** SQS batches of completion events, and of what the clock sends, in; partial batch responses out. */
import {
  type BatchAccess,
  type BatchResponse,
  batchAccess,
  cursorsIn,
  describeError,
  dynamoDbClient,
  eventBridgeClient,
  FUNCTION_CLIENTS,
  type FunctionConfiguration,
  handleBatch,
  MessageFailure,
  type MessageOutcome,
  type Observer,
  observerOf,
  readFunctionConfiguration,
  type SqsEvent,
  type SqsMessage,
  s3Client,
  sqsClient,
} from '@tastetrend/aws';
import {
  CheckAssertionError,
  type CompletionDetail,
  pipeline,
  reportReadyDetailOf,
  scheduledEventSchema,
} from '@tastetrend/contracts';
import { allOf } from './all-of.ts';
import { compareUpload } from './compare-uploads.ts';
import { completionOf } from './completion-message.ts';
import { qualityMetricsOf } from './core/quality-metrics.ts';
import { ReportAssertionError } from './errors.ts';
import { handOver } from './handoff/hand-over.ts';
import type { RawKey } from './handoff/newest-good.ts';
import { removalOf } from './handoff/removal-message.ts';
import { publishReportReady, s3HandoffPorts } from './handoff/s3-handoff.ts';
import { knownRestaurants } from './known-restaurants.ts';
import { assertMemoryFits } from './memory.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type ReportOutcome, reportUpload } from './report-upload.ts';
import { refreshRollup } from './rollup/refresh-rollup.ts';
import { s3RollupPorts } from './rollup/s3-rollup.ts';
import { s3CommittedObjects, s3KeysBelow, s3ReportStore } from './s3-objects.ts';

const SERVICE = 'report';
/** Left of an invocation when the rollup begins no further part: for the part that is begun, and for the sum of all. */
const TIME_TO_SUM_UP_MS = 120_000;

/** Hand-overs are made one by one, as tables are measured: they take memory by the chunk. */
const handOverInTurn = oneAtATime();

type S3Client = ReturnType<typeof s3Client>;

/** The part of Lambda's context that is read here. */
interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

interface Runtime {
  readonly configuration: FunctionConfiguration;
  readonly s3: S3Client;
  readonly eventBridge: ReturnType<typeof eventBridgeClient>;
  readonly dynamoDb: ReturnType<typeof dynamoDbClient>;
  readonly access: BatchAccess;
  readonly restaurants: ReturnType<typeof knownRestaurants>;
}

let started: Runtime | undefined;

/** Once a process, at its first batch: importing this module reads no environment and opens no connection. */
function runtime(): Runtime {
  if (started !== undefined) return started;
  const configuration = readFunctionConfiguration();
  assertMemoryFits(configuration.functionMemoryMb);
  const aws = { sqs: sqsClient(FUNCTION_CLIENTS), dynamoDb: dynamoDbClient(FUNCTION_CLIENTS) };
  const s3 = s3Client(FUNCTION_CLIENTS);
  const { processedBucket } = configuration;
  started = {
    configuration,
    s3,
    restaurants: knownRestaurants({
      committed: s3CommittedObjects(s3, processedBucket),
      keysBelow: (prefix) => s3KeysBelow(s3, processedBucket, prefix),
    }),
    eventBridge: eventBridgeClient(FUNCTION_CLIENTS),
    dynamoDb: aws.dynamoDb,
    access: batchAccess(SERVICE, aws, configuration),
  };
  return started;
}

/**
 * The function's entry. A message is acknowledged when all that its file version is due is in the processed bucket, and
 * both events are published: the report's, and that of the hand-over to retrieval.
 * @throws ConfigurationError when the environment is incomplete: then every message of the batch comes back
 */
export async function handler(event: SqsEvent, context: InvocationContext): Promise<BatchResponse> {
  const { configuration, access } = runtime();
  return handleBatch(event, {
    functionName: SERVICE,
    timeFactor: configuration.timeFactor,
    remainingTimeMs: () => context.getRemainingTimeInMillis(),
    ...access,
    work: (body, message) =>
      isOfTheClock(body)
        ? refreshOnSchedule(message, context.getRemainingTimeInMillis(), runtime())
        : workOn(body, message, runtime()),
    subjectOf: (body) => subjectOf(body, configuration.processedBucket),
  });
}

function isOfTheClock(body: unknown): boolean {
  return scheduledEventSchema.safeParse(body).success;
}

/** A refresh is about no file version. */
function subjectOf(body: unknown, processedBucket: string): string | undefined {
  if (isOfTheClock(body)) return undefined;
  return (removalOf(body, processedBucket) ?? completionOf(body, processedBucket)).identity;
}

/** A part of the rollup, and the next time what comes behind it: two at once do no harm. */
async function refreshOnSchedule(message: SqsMessage, remainingMs: number, runtime: Runtime): Promise<MessageOutcome> {
  const { environment, processedBucket, tableName, timeFactor } = runtime.configuration;
  const observer = observerOf(SERVICE, environment, { message_id: message.messageId });
  const startedAtMs = performance.now();
  const cursors = cursorsIn(runtime.dynamoDb, tableName);
  const after = await cursors.read('rollup');
  const bounds = {
    keysMax: pipeline.rollup.keys_max.value,
    after,
    signal: AbortSignal.timeout(Math.max(0, remainingMs - TIME_TO_SUM_UP_MS / timeFactor)),
  };
  const { rollup, ...refreshed } = await refreshRollup(bounds, s3RollupPorts(runtime.s3, processedBucket));
  await cursors.move('rollup', after, refreshed.next_after);
  const { cells, ...totals } = rollup;
  const duration_ms = Math.round(performance.now() - startedAtMs);
  observer.logger.info('rollup refreshed', { ...refreshed, ...totals, cells: cells.length, duration_ms });
  return { kind: 'done' };
}

/** A removal changes what retrieval holds, and has no report. */
async function workOn(body: unknown, message: SqsMessage, runtime: Runtime): Promise<MessageOutcome> {
  const removal = removalOf(body, runtime.configuration.processedBucket);
  if (removal === undefined) return await reportMessage(body, message, runtime);
  const keys = { identity: removal.identity, raw_key: removal.source.key, message_id: message.messageId };
  const observer = observerOf(SERVICE, runtime.configuration.environment, keys);
  try {
    await handOverObserved(removal.source, runtime, observer);
    observer.count('ReportsDone', 'Count', 1);
    return { kind: 'done' };
  } catch (error) {
    observer.logger.error('hand-over failed', { cause: describeError(error) });
    throw new MessageFailure(removal.identity, error);
  } finally {
    observer.flush();
  }
}

/** @param known texts of objects that are written once, by key: read or written a moment ago, and the same for ever */
async function handOverObserved(
  source: RawKey,
  runtime: Runtime,
  observer: Observer,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const fromS3 = s3HandoffPorts({ ...runtime, ...runtime.configuration }, (step, facts) =>
    observer.logger.info(step, { ...facts }),
  );
  const readText = async (key: string) => known.get(key) ?? (await fromS3.committed.readText(key));
  const ports = { ...fromS3, committed: { ...fromS3.committed, readText } };
  const startedAtMs = performance.now();
  const { bucket, key } = source;
  const outcome = await handOverInTurn(() => handOver({ bucket, key }, ports));
  observer.count('HandoffDuration', 'Milliseconds', performance.now() - startedAtMs);
  if (outcome.kind === 'stays') {
    observer.logger.info('hand-over stays', { reason: outcome.reason });
    return;
  }
  if (outcome.kind === 'there') return;
  const { upserts, metadata_updates, tombstones } = outcome.detail.changes;
  observer.count('ChunksUpserted', 'Count', upserts);
  observer.count('ChunksUpdated', 'Count', metadata_updates);
  observer.count('ChunksRemoved', 'Count', tombstones);
}

async function reportMessage(body: unknown, message: SqsMessage, runtime: Runtime): Promise<MessageOutcome> {
  const { configuration, s3 } = runtime;
  const { environment, processedBucket } = configuration;
  const completed = completionOf(body, processedBucket);
  const { identity } = completed;
  const keys = { identity, raw_key: completed.source.key, message_id: message.messageId };
  const observer = observerOf(SERVICE, environment, keys);
  const startedAtMs = performance.now();
  const committed = s3CommittedObjects(s3, processedBucket);
  const reports = s3ReportStore(s3, processedBucket);
  const known = new Map<string, string>();
  try {
    const outcome = await reportUpload(
      completed,
      { thresholds: pipeline.checks, bias: pipeline.bias },
      {
        committed: {
          ...committed,
          async readText(key) {
            const text = await committed.readText(key);
            if (key === completed.manifest_key && text !== undefined) known.set(key, text);
            return text;
          },
        },
        reports,
        onStep: (step, facts) => observer.logger.info(step, { ...facts }),
      },
    );
    observeOutcome(outcome, identity, observer, environment);
    if (outcome.kind === 'reported') {
      known.set(outcome.validation.key, JSON.stringify(outcome.summaries.validation));
      // What follows from the reports, which are there now; none of it waits for another.
      await allOf([
        publishReport(completed, outcome, runtime),
        compareUpload(outcome.summaries, pipeline.bias.false_discovery_rate.value, {
          reports,
          keysBelow: (prefix) => s3KeysBelow(s3, processedBucket, prefix),
          onStep: (step, facts) => observer.logger.info(step, { ...facts }),
        }),
        handOverObserved(completed.source, runtime, observer, known),
        ...(wasWritten(outcome) ? [observeQuality(outcome, identity, observer, runtime)] : []),
      ]);
    }
    observer.count('ReportsDone', 'Count', 1);
    observer.count('ReportDuration', 'Milliseconds', performance.now() - startedAtMs);
    const { uploaded_at: uploadedAt } = completed.source;
    if (outcome.kind === 'reported' && wasWritten(outcome) && uploadedAt !== null) {
      observer.count('UploadToReportAge', 'Seconds', (Date.now() - Date.parse(uploadedAt)) / 1000);
    }
    return { kind: 'done' };
  } catch (error) {
    observer.logger.error('report failed', { cause: describeError(error) });
    if (error instanceof ReportAssertionError || error instanceof CheckAssertionError)
      observer.count('ConservationFailures', 'Count', 1);
    throw new MessageFailure(identity, error);
  } finally {
    observer.flush();
  }
}

async function publishReport(
  completed: CompletionDetail,
  { status, validation, bias, page }: Extract<ReportOutcome, { kind: 'reported' }>,
  runtime: Runtime,
): Promise<void> {
  const { outcome } = completed;
  if (outcome === 'ignored') throw new ReportAssertionError(`${completed.identity} is ignored, and yet has a report`);
  const files = [
    { kind: 'validation', key: validation.key },
    { kind: 'bias', key: bias.key },
    { kind: 'page', key: page.key },
  ];
  const { processedBucket } = runtime.configuration;
  const detail = reportReadyDetailOf({ ...completed, outcome }, status, files, processedBucket);
  await publishReportReady({ ...runtime, ...runtime.configuration }, detail);
}

/** Whether this delivery wrote a summary or the page, and so is no repeated one. */
function wasWritten({ validation, bias, page }: Extract<ReportOutcome, { kind: 'reported' }>): boolean {
  return [validation.keeping, bias.keeping, page.keeping].includes('written');
}

/** What is in the data. Each set of dimensions is a line of its own. Nothing of a report hangs on it, so it fails none. */
async function observeQuality(
  { summaries: { validation, bias } }: Extract<ReportOutcome, { kind: 'reported' }>,
  identity: string,
  observer: Observer,
  { configuration: { environment }, restaurants }: Runtime,
): Promise<void> {
  const nobody = new Map<string, string>();
  const asked = validation.kind === 'reviews' ? restaurants() : Promise.resolve(nobody);
  const names = await asked.catch((error: unknown) => {
    observer.logger.warn('restaurants unknown', { cause: describeError(error) });
    return nobody;
  });
  const bySet = Map.groupBy(qualityMetricsOf(validation, bias, names), ({ dimensions }) => JSON.stringify(dimensions));
  for (const metrics of bySet.values()) {
    const observed = observerOf(SERVICE, environment, { identity }, metrics[0]?.dimensions);
    for (const { name, unit, value } of metrics) observed.count(name, unit, value);
    observed.flush();
  }
}

function observeOutcome(outcome: ReportOutcome, identity: string, observer: Observer, environment: string): void {
  if (outcome.kind === 'nothing_to_report') {
    observer.logger.info('nothing to report');
    return;
  }
  const keepings = [outcome.validation.keeping, outcome.bias.keeping];
  if (keepings.includes('there_by_other_rules')) {
    observer.logger.warn('a summary of earlier rules or thresholds was left as it is');
  }
  if (!wasWritten(outcome)) {
    observer.count('ReportDeliveriesRepeated', 'Count', 1);
    observer.logger.info('delivery repeated', { status: outcome.status });
    return;
  }
  const byStatus = observerOf(SERVICE, environment, { identity }, { status: outcome.status });
  byStatus.count('ReportsWritten', 'Count', 1);
  byStatus.flush();
  observer.logger.info('report written', { status: outcome.status });
}
