/** The Lambda: a batch of SQS messages in, the messages that failed out. */
import {
  type BatchResponse,
  batchAccess,
  dynamoDbClient,
  eventBridgeClient,
  ForeignMessageError,
  FUNCTION_CLIENTS,
  handleBatch,
  MessageFailure,
  type MessageOutcome,
  type Observer,
  observerOf,
  readFunctionConfiguration,
  readSetting,
  type SqsEvent,
  s3Client,
  sqsClient,
  versionsOf,
} from '@tastetrend/aws';
import { type FileVersion, identityOf, objectEventSchema } from '@tastetrend/contracts';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { selectParquetWriter } from './core/parquet/select.ts';
import { leaseIn } from './lease.ts';
import { assertMemoryFits } from './memory.ts';
import type { TransformPorts } from './ports.ts';
import { type ProcessOutcome, processFileVersion } from './process-file-version.ts';
import { catalogIn, completionsOn, currentTableIn, manifestsIn, rawVersions, versionOutputs } from './s3-ports.ts';
import { settleDeletion } from './settle-deletion.ts';

const SERVICE = 'transform';
/** Source: S3 user guide, "EventBridge event message structure", reason. */
const LIFECYCLE_REASON = 'Lifecycle Expiration';

/** The step of the journal that ends a stage, and the stage's metric. */
const STAGES: Readonly<Record<string, string>> = {
  downloaded: 'DownloadDuration',
  transformed: 'CleanDuration',
  stored: 'StoreDuration',
  published: 'PublishDuration',
};

/** Made at cold start and kept: clients, configuration, the selected writer. A wrong setting fails here, by its name. */
const configuration = readFunctionConfiguration();
assertMemoryFits(configuration.functionMemoryMb);
const openWriter = await selectParquetWriter(readSetting('PARQUET_WRITER'));
const s3 = s3Client(FUNCTION_CLIENTS);
const sqs = sqsClient(FUNCTION_CLIENTS);
const dynamoDb = dynamoDbClient(FUNCTION_CLIENTS);
const eventBridge = eventBridgeClient(FUNCTION_CLIENTS);
const access = batchAccess(SERVICE, { sqs, dynamoDb }, configuration);

export function handler(event: SqsEvent, context: Context): Promise<BatchResponse> {
  const { timeFactor, tableName } = configuration;
  const lease = leaseIn(dynamoDb, tableName, context, timeFactor);
  return handleBatch(event, {
    functionName: SERVICE,
    timeFactor,
    remainingTimeMs: () => context.getRemainingTimeInMillis(),
    ...access,
    work: (body, message) => work(body, message.messageId, lease),
    subjectOf,
  });
}

/** A deletion is about a key, and has no identity; nor has what comes without a version. */
function subjectOf(body: unknown): string | undefined {
  const object = objectOf(body);
  if (object.deletion !== undefined || object.versionId === undefined) return undefined;
  const { bucket, key, versionId } = object;
  return identityOf({ bucket, key, versionId });
}

async function work(body: unknown, messageId: string, lease: TransformPorts['lease']): Promise<MessageOutcome> {
  const object = objectOf(body);
  if (object.isReplayed) {
    const observer = observerOf(SERVICE, configuration.environment, { message_id: messageId });
    observer.count('DeliveriesReplayed', 'Count', 1);
    observer.flush();
  }
  if (object.deletion !== undefined) return await settle(object, object.deletion, messageId, lease);
  let retryAfterS = 0;
  for (const version of await versionsOf(s3, object)) {
    const outcome = await observed(version, messageId, lease);
    if (outcome.kind === 'busy') retryAfterS = Math.max(retryAfterS, outcome.retryAfterS);
  }
  return retryAfterS > 0 ? { kind: 'busy', retryAfterS } : { kind: 'done' };
}

/** The object that the message is about. @throws ForeignMessageError when the message is not one of ours */
function objectOf(body: unknown) {
  const parsed = objectEventSchema.safeParse(body);
  if (!parsed.success) {
    const issues = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
    throw new ForeignMessageError(`this is no event of S3 about an object: ${issues}`);
  }
  const { bucket, object } = parsed.data.detail;
  if (bucket.name !== configuration.rawBucket) {
    throw new ForeignMessageError(`the event is about bucket ${bucket.name}, and not about ${configuration.rawBucket}`);
  }
  const isReplayed = parsed.data['replay-name'] !== undefined;
  const named = { bucket: bucket.name, key: object.key, isReplayed };
  if (parsed.data['detail-type'] === 'Object Deleted') {
    const { reason, 'deletion-type': type } = parsed.data.detail;
    return { ...named, deletion: { isExpiry: reason === LIFECYCLE_REASON && type === 'Permanently Deleted' } };
  }
  const { 'version-id': versionId, etag } = parsed.data.detail.object;
  return { ...named, versionId, etag, deletion: undefined };
}

/** A deletion is about a key, and may end in the work on the version that lives again. */
async function settle(
  { bucket, key }: Pick<FileVersion, 'bucket' | 'key'>,
  { isExpiry }: { readonly isExpiry: boolean },
  messageId: string,
  lease: TransformPorts['lease'],
): Promise<MessageOutcome> {
  const keys = { raw_key: key, message_id: messageId };
  const observer = observerOf(SERVICE, configuration.environment, keys);
  try {
    const outcome = await settleDeletion({ bucket, key }, isExpiry, portsOf(bucket, lease, observer), openWriter);
    observer.count('DeletionsSettled', 'Count', 1);
    if (outcome.kind === 'removed') observer.count('FilesRemoved', 'Count', 1);
    if (outcome.kind === 'busy' || outcome.kind === 'done') tellOutcome(outcome, observer);
    else observer.logger.info('deletion settled', { outcome: outcome.kind });
    return outcome.kind === 'busy' ? outcome : { kind: 'done' };
  } finally {
    observer.flush();
  }
}

async function observed(version: FileVersion, messageId: string, lease: TransformPorts['lease']) {
  const identity = identityOf(version);
  const keys = { identity, raw_key: version.key, version_id: version.versionId, message_id: messageId };
  const observer = observerOf(SERVICE, configuration.environment, keys);
  const startedMs = performance.now();
  try {
    const outcome = await processFileVersion(version, portsOf(version.bucket, lease, observer), openWriter);
    if (outcome.kind === 'done') observer.count('FileVersionsDone', 'Count', 1);
    tellOutcome(outcome, observer);
    if (outcome.kind === 'done' && !outcome.wasRepeated) {
      observer.count('TransformDuration', 'Milliseconds', performance.now() - startedMs);
    }
    return outcome;
  } catch (error) {
    throw new MessageFailure(identity, error);
  } finally {
    observer.flush();
  }
}

function portsOf(rawBucket: string, lease: TransformPorts['lease'], observer: Observer): TransformPorts {
  const { processedBucket, eventBusName } = configuration;
  let stageStartedMs = performance.now();
  return {
    raw: rawVersions(s3, rawBucket),
    manifests: manifestsIn(s3, processedBucket),
    outputs: versionOutputs(s3, processedBucket),
    currentTable: currentTableIn(s3, processedBucket, openWriter),
    catalog: catalogIn(s3, processedBucket),
    completions: completionsOn(eventBridge, eventBusName, processedBucket),
    lease,
    journal: {
      step(name, facts = {}) {
        const nowMs = performance.now();
        const stage = STAGES[name];
        if (stage !== undefined) observer.count(stage, 'Milliseconds', nowMs - stageStartedMs);
        if (stage !== undefined) stageStartedMs = nowMs;
        observer.logger.info(name, { ...facts });
      },
    },
  };
}

function tellOutcome(outcome: ProcessOutcome, observer: Observer): void {
  if (outcome.kind === 'busy') {
    observer.logger.info('busy', { retry_after_s: outcome.retryAfterS });
    observer.count('LeaseWaits', 'Count', 1);
    return;
  }
  if (outcome.wasRepeated) {
    observer.count('DeliveriesRepeated', 'Count', 1);
    return;
  }
  const { counts, outcome: result, source } = outcome.manifest;
  observer.count(`Files${result[0]?.toUpperCase()}${result.slice(1)}`, 'Count', 1);
  observer.count('RowsRead', 'Count', counts.rows_read);
  observer.count('RowsAccepted', 'Count', counts.accepted);
  observer.count('RowsDuplicate', 'Count', counts.duplicates);
  observer.count('RowsQuarantined', 'Count', counts.quarantined);
  observer.count('BytesRead', 'Bytes', source.size_bytes ?? 0);
}
