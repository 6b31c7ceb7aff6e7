/** The Lambda of the sweep: SQS batches of scheduled events in, partial batch responses out. */
import {
  type BatchResponse,
  batchAccess,
  cursorsIn,
  dynamoDbClient,
  ForeignMessageError,
  FUNCTION_CLIENTS,
  handleBatch,
  type MessageOutcome,
  observerOf,
  readFunctionConfiguration,
  type SqsEvent,
  s3Client,
  sqsClient,
} from '@tastetrend/aws';
import { resourceName, scheduledEventSchema } from '@tastetrend/contracts';
import type { OperatorAccess } from './operator-access.ts';
import { type Sweep, sweep, sweepLimits } from './sweep.ts';

const SERVICE = 'ingest';
/** Left for what is under way when the time is nearly over: one look at some keys, or the outputs of two manifests. */
const TIME_TO_END_MS = 60_000;
/** Findings, and differences, that one run writes into its log, one line each. */
const LINES_MAX = 50;

interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** Made at cold start and kept. A wrong setting fails here, by its name. */
const configuration = readFunctionConfiguration();
const access: OperatorAccess = {
  s3: s3Client(FUNCTION_CLIENTS),
  sqs: sqsClient(FUNCTION_CLIENTS),
  dynamoDb: dynamoDbClient(FUNCTION_CLIENTS),
  rawBucket: configuration.rawBucket,
  processedBucket: configuration.processedBucket,
  tableName: configuration.tableName,
  queueNames: { transform: resourceName('transform', configuration.environment) },
};

const batch = batchAccess(SERVICE, access, configuration);

/** The function's entry. A message is acknowledged when its sweep is over and the cursors have moved. */
export function handler(event: SqsEvent, context: InvocationContext): Promise<BatchResponse> {
  return handleBatch(event, {
    functionName: SERVICE,
    timeFactor: configuration.timeFactor,
    remainingTimeMs: () => context.getRemainingTimeInMillis(),
    ...batch,
    work: (body, message) => work(body, message.messageId, context.getRemainingTimeInMillis()),
    // A sweep is about no file version.
    subjectOf: () => undefined,
  });
}

async function work(body: unknown, messageId: string, remainingMs: number): Promise<MessageOutcome> {
  if (!scheduledEventSchema.safeParse(body).success) throw new ForeignMessageError('this is no scheduled event');
  const { environment, timeFactor, tableName } = configuration;
  const observer = observerOf(SERVICE, environment, { message_id: messageId });
  const startedMs = performance.now();
  const timeForIt = AbortSignal.timeout(Math.max(0, remainingMs - TIME_TO_END_MS / timeFactor));
  try {
    const cursors = cursorsIn(access.dynamoDb, tableName);
    const swept = await sweep(sweepLimits(timeFactor), timeForIt, cursors, access);
    tell(swept, observer);
    observer.count('SweepDuration', 'Milliseconds', performance.now() - startedMs);
  } finally {
    observer.flush();
  }
  return { kind: 'done' };
}

function tell({ reconciled, audited }: Sweep, observer: ReturnType<typeof observerOf>): void {
  const { items, ...counts } = reconciled;
  const { differences, ...totals } = audited;
  for (const { key, version_id, what } of items.slice(0, LINES_MAX))
    observer.logger.info('found', { raw_key: key, version_id, what });
  for (const { identity, at, expected, found } of differences.slice(0, LINES_MAX)) {
    observer.logger.error('audit failed', { identity, at, expected, found });
  }
  observer.logger.info('swept', { reconciled: counts, audited: totals });
  observer.count('SweepsDone', 'Count', 1);
  observer.count('SweepVersionsLookedAt', 'Count', reconciled.looked_at);
  observer.count('SweepVersionsSent', 'Count', reconciled.sent);
  observer.count('SweepVersionsDead', 'Count', reconciled.left.dead);
  observer.count('AuditedManifests', 'Count', audited.audited);
  observer.count('AuditFailures', 'Count', audited.difference_count);
}
