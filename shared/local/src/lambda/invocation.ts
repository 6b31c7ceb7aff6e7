/** What the local Lambda and the child process that runs a function's code say to each other. */

/** Source: AWS Lambda developer guide, "Lambda quotas": synchronous invocation payload, request and response each. */
export const PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;

export interface InvokeMessage {
  readonly kind: 'invoke';
  readonly requestId: string;
  /** JSON, as Lambda hands it to a runtime. */
  readonly event: string;
  readonly deadline_ms: number;
  readonly functionArn: string;
}

export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init_failed'; readonly error: ThrownError }
  | { readonly kind: 'returned'; readonly response: string; readonly memoryMax_mb: number }
  | { readonly kind: 'threw'; readonly error: ThrownError; readonly memoryMax_mb: number };

/** An error as Lambda reports it to the caller. */
export interface ThrownError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export type FailureReason =
  | 'init_failed'
  | 'threw'
  | 'timed_out'
  | 'crashed'
  | 'out_of_memory'
  | 'request_too_large'
  | 'throttled'
  | 'stopped';

/** A failed invocation is an outcome, not an error of ours: the messages stay in the queue. */
export type InvocationOutcome =
  | { readonly kind: 'returned'; readonly requestId: string; readonly response: unknown }
  | {
      readonly kind: 'failed';
      readonly requestId: string;
      readonly reason: FailureReason;
      readonly errorType: string;
      readonly errorMessage: string;
    };

/** The context object of the Node runtime, as far as it is promised to handlers. */
export interface LambdaContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}
