/** SQS batches of completion events in, partial batch responses out. */
import {
  type BatchResponse,
  describeError,
  dynamoDbClient,
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
  visibilitySetter,
  writeFailure,
} from '@tastetrend/aws';
import { CheckAssertionError, pipeline } from '@tastetrend/contracts';
import { completionOf } from './completion-message.ts';
import { ReportAssertionError } from './errors.ts';
import { assertMemoryFits } from './memory.ts';
import { type ReportOutcome, reportUpload } from './report-upload.ts';
import { s3CommittedObjects, s3ReportStore } from './s3-objects.ts';

const SERVICE = 'report';

type S3Client = ReturnType<typeof s3Client>;

/** The part of Lambda's context that is read here. */
interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

interface Runtime {
  readonly configuration: FunctionConfiguration;
  readonly s3: S3Client;
  readonly setVisibility: ReturnType<typeof visibilitySetter>;
  readonly recordFailure: (record: Parameters<typeof writeFailure>[2]) => Promise<void>;
}

let started: Runtime | undefined;

/** Once a process, at its first batch: importing this module reads no environment and opens no connection. */
function runtime(): Runtime {
  if (started !== undefined) return started;
  const configuration = readFunctionConfiguration();
  assertMemoryFits(configuration.functionMemoryMb);
  const dynamoDb = dynamoDbClient();
  started = {
    configuration,
    s3: s3Client(),
    setVisibility: visibilitySetter(sqsClient(), configuration.queueUrl),
    recordFailure: (record) => writeFailure(dynamoDb, configuration.tableName, record),
  };
  return started;
}

/**
 * The function's entry. A message is acknowledged when both summaries of its file version are in the processed bucket.
 * @throws ConfigurationError when the environment is incomplete: then every message of the batch comes back
 */
export async function handler(event: SqsEvent, context: InvocationContext): Promise<BatchResponse> {
  const { configuration, setVisibility, recordFailure, s3 } = runtime();
  const failed = new Set<string>();
  return handleBatch(event, {
    functionName: SERVICE,
    timeFactor: configuration.timeFactor,
    remainingTimeMs: () => context.getRemainingTimeInMillis(),
    work: (body, message) => reportMessage(body, message, configuration, s3),
    setVisibility,
    recordFailure,
    onFailure: (message, cause, retryAfterS) => {
      const observer = observerOf(SERVICE, configuration.environment, { message_id: message.messageId });
      observer.logger.error('message failed', { cause, retry_after_s: retryAfterS });
      // Told a second time when the failure could not be written down either: it is one failure still.
      if (!failed.has(message.messageId)) observer.count('ReportFailures', 'Count', 1);
      failed.add(message.messageId);
      observer.flush();
    },
  });
}

async function reportMessage(
  body: unknown,
  message: SqsMessage,
  configuration: FunctionConfiguration,
  s3: S3Client,
): Promise<MessageOutcome> {
  const { environment, processedBucket } = configuration;
  const completed = completionOf(body, processedBucket);
  const { identity } = completed;
  const keys = { identity, raw_key: completed.source.key, message_id: message.messageId };
  const observer = observerOf(SERVICE, environment, keys);
  const startedAtMs = performance.now();
  try {
    const outcome = await reportUpload(
      completed,
      { thresholds: pipeline.checks, bias: pipeline.bias },
      {
        committed: s3CommittedObjects(s3, processedBucket),
        reports: s3ReportStore(s3, processedBucket),
        onStep: (step, facts) => observer.logger.info(step, { ...facts }),
      },
    );
    observeOutcome(outcome, identity, observer, environment);
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

/** Whether this delivery wrote a summary, and so is no repeated one. */
function wasWritten({ validation, bias }: Extract<ReportOutcome, { kind: 'reported' }>): boolean {
  return [validation.keeping, bias.keeping].includes('written');
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
