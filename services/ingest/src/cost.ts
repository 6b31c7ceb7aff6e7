/** What processing costs, so that it can be said before it is done: an estimate by AWS's list prices. */
import { pipeline } from '@tastetrend/contracts';

/** USD, us-east-1, arm64, on demand; source: AWS's price pages as of November 2026. */
const USD = {
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  s3Write: 5e-6,
  s3Read: 0.4e-6,
  sqsRequest: 0.4e-6,
  event: 1e-6,
  dynamoDbWrite: 0.625e-6,
} as const;

/** Raw bytes a second of the transform in its function: docs/performance.md, at the share of a core that 1 GB gives. */
const TRANSFORM_BYTES_PER_S = 8_000_000;
/** Seconds for one file beside its bytes: requests, and the report. */
const PER_FILE_S = { transform: 0.4, report: 0.2 } as const;
/** Requests for one file from the queue to its reports, counted on the local AWS. */
const REQUESTS = { s3Write: 8, s3Read: 16, sqs: 6, events: 1, dynamoDbWrites: 3, invocations: 2 } as const;

/** @returns USD for processing so many file versions of so many bytes together */
export function estimatedCostUsd(versions: number, bytes: number): number {
  const { transform, report } = pipeline.functions;
  const transformS = bytes / TRANSFORM_BYTES_PER_S + versions * PER_FILE_S.transform;
  const gbSeconds = (transformS * transform.memory_mb + versions * PER_FILE_S.report * report.memory_mb) / 1024;
  const requests =
    REQUESTS.s3Write * USD.s3Write +
    REQUESTS.s3Read * USD.s3Read +
    REQUESTS.sqs * USD.sqsRequest +
    REQUESTS.events * USD.event +
    REQUESTS.dynamoDbWrites * USD.dynamoDbWrite +
    REQUESTS.invocations * USD.lambdaRequest;
  return gbSeconds * USD.lambdaGbSecond + versions * requests;
}
