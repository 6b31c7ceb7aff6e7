/** The AWS clients, made in one place so that the settings that bite are set once. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEndpoint } from './configuration.ts';

/** Where the clients talk to; nothing set means AWS, by the SDK's own credential and region chain. */
export interface ClientSettings {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** Until an answer begins, the sending of what is asked included; nothing set means for ever. */
  readonly requestTimeoutMs?: number | undefined;
}

/** To be connected, where there is a limit to the whole. */
const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * For the functions, each of which has five minutes: a service that never answers is asked again, instead of taking the
 * whole batch with it when the time is over. An object of 1 GB goes out in a fourth of the minute at Lambda's bandwidth.
 * An operator's line may be slower, so that the command has no such limit.
 */
export const FUNCTION_CLIENTS: ClientSettings = { requestTimeoutMs: 60_000 };

function base({ endpoint = readEndpoint(), region, credentials, requestTimeoutMs }: ClientSettings) {
  return {
    maxAttempts: 4,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(requestTimeoutMs === undefined ? {} : { requestHandler: requestHandlerOf(requestTimeoutMs) }),
  };
}

/** Limits to a request and not to a socket, which is idle as long as whoever reads a large object is busy with a part. */
function requestHandlerOf(requestTimeout: number) {
  const connectionTimeout = Math.min(CONNECTION_TIMEOUT_MS, requestTimeout);
  return { connectionTimeout, requestTimeout, throwOnRequestTimeout: true };
}

export function s3Client(settings: ClientSettings = {}): S3Client {
  const config = base(settings);
  // Path style where an endpoint stands in for AWS: bucket names are no hosts there. Checksums only where S3 demands
  // them: a streamed body would otherwise go out in aws-chunked form, which stand-ins do not all read.
  return new S3Client({
    ...config,
    forcePathStyle: 'endpoint' in config,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

export function sqsClient(settings: ClientSettings = {}): SQSClient {
  // Without this the SDK takes the host out of the queue URL, and so would call real AWS from a local run.
  return new SQSClient({ ...base(settings), useQueueUrlAsEndpoint: false });
}

export function eventBridgeClient(settings: ClientSettings = {}): EventBridgeClient {
  return new EventBridgeClient(base(settings));
}

export function dynamoDbClient(settings: ClientSettings = {}): DynamoDBClient {
  return new DynamoDBClient(base(settings));
}
