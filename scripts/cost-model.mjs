/**
 * What a file version costs on AWS, from three files: list prices (docs/cost-prices.json), what was measured
 * (docs/cost-measured.json) and the functions' memory (shared/contracts/pipeline.json). Pure. docs/cost.md says what is in it.
 */

/** MB of memory at which Lambda gives a whole vCPU. Source: AWS Lambda's guide, configuring memory. */
const MB_A_VCPU = 1769;
const REVIEWS = 1_000_000;
/** The stages, and the function whose invocation each is a part of. */
export const STAGES = { transform: 'transform', report: 'report', handoff: 'report' };
const READS = /^(?:Get|Head)Object$/;
const WRITES = /^(?:PutObject|CopyObject|List\w+|CreateMultipartUpload|UploadPart|CompleteMultipartUpload)$/;
/** S3 takes nothing for these. */
const FREE = /^(?:DeleteObjects?|AbortMultipartUpload)$/;
const TABLE_WRITES = /^(?:PutItem|UpdateItem|DeleteItem)$/;

/**
 * @param measured a size of docs/cost-measured.json, or `measuredAt`'s
 * @param assumed docs/cost-measured.json's `assumed`
 * @param usd docs/cost-prices.json's `usd`
 * @param functions pipeline.json's `functions`
 * @returns {Record<'transform' | 'report' | 'handoff', Record<string, number>>} USD of one file version, by stage and item
 * @throws TypeError for a request whose price is not known
 */
export function fileCost(measured, assumed, usd, functions) {
  const stages = { transform: {}, report: {}, handoff: {} };
  for (const [stage, name] of Object.entries(STAGES)) {
    const requests = requestsOf(measured.requests[stage]);
    const share = shareOf(stage, measured);
    // An invocation and a message are the stage's that begins them.
    const begun = stage === name ? measured.invocations[name] : 0;
    const events = requests.events + (stage === 'transform' ? assumed.events_in.value : 0);
    const waitS = (measured.in_sequence[stage] * assumed.request_wait_ms.value) / 1000;
    const cpuS = (measured.cpu_ms[name] * share) / 1000;
    stages[stage] = {
      s3_writes: requests.writes * usd.s3_write.value,
      s3_reads: requests.reads * usd.s3_read.value,
      compute: gbSeconds(cpuS, waitS, functions[name].memory_mb) * usd.lambda_gb_second.value,
      events: events * usd.event.value,
      queue: begun * assumed.sqs_requests_a_message.value * usd.sqs_request.value,
      invocations: begun * usd.lambda_request.value,
      table: requests.tableWrites * usd.dynamodb_write.value + requests.tableReads * usd.dynamodb_read.value,
      logs: ((measured.log_bytes[name] * share) / 1e9) * usd.log_gb.value,
      traces: begun * assumed.traced_share.value * usd.trace.value,
    };
  }
  return stages;
}

/**
 * CPU seconds take the longer, the smaller a function's share of a vCPU is; what it waits for takes as long at any memory.
 * @returns GB-seconds of one invocation
 */
export function gbSeconds(cpuS, waitS, memoryMb) {
  const vcpus = Math.min(memoryMb / MB_A_VCPU, 1);
  return (memoryMb / 1024) * (cpuS / vcpus + waitS);
}

/** The report's invocation is parted by the hand-off's duration in it. */
function shareOf(stage, { handoff_ms: handoffMs, report_ms: reportMs }) {
  if (stage === 'transform') return 1;
  return stage === 'handoff' ? handoffMs / reportMs : 1 - handoffMs / reportMs;
}

function requestsOf(commands) {
  const counts = { reads: 0, writes: 0, events: 0, tableReads: 0, tableWrites: 0 };
  for (const [command, count] of Object.entries(commands)) {
    if (READS.test(command)) counts.reads += count;
    else if (WRITES.test(command)) counts.writes += count;
    else if (TABLE_WRITES.test(command)) counts.tableWrites += count;
    else if (command === 'GetItem') counts.tableReads += count;
    else if (command === 'PutEvents') counts.events += count;
    else if (!FREE.test(command)) throw new TypeError(`no price is known for the request ${command}`);
  }
  return counts;
}

/**
 * What a file of so many rows takes, on the straight line between the two sizes beside it that were measured.
 * @throws RangeError outside of what was measured
 */
export function measuredAt(rows, byRows) {
  const upper = byRows.find((size) => size.rows >= rows);
  const lower = byRows.findLast((size) => size.rows <= rows);
  if (upper === undefined || lower === undefined) {
    throw new RangeError(`measured are files of ${byRows[0].rows} to ${byRows.at(-1).rows} rows`);
  }
  if (upper === lower) return upper;
  return between(lower, upper, (rows - lower.rows) / (upper.rows - lower.rows));
}

/** Numbers between those of two alike objects; what only one has is 0 in the other. */
function between(lower, upper, share) {
  if (typeof (lower ?? upper) === 'number') return (lower ?? 0) * (1 - share) + (upper ?? 0) * share;
  const names = new Set([...Object.keys(lower ?? {}), ...Object.keys(upper ?? {})]);
  return Object.fromEntries([...names].map((name) => [name, between(lower?.[name], upper?.[name], share)]));
}

/**
 * @param {Record<string, Record<string, number>>} stages `fileCost`'s
 * @param {number} rowsPerFile
 * @returns {{ by_stage: Record<string, number>, to_completion: number, whole: number }} USD a million reviews: of each
 *   stage, to the completion event, and of all with report, page and hand-off
 */
export function perMillion(stages, rowsPerFile) {
  const files = REVIEWS / rowsPerFile;
  const byStage = Object.fromEntries(Object.entries(stages).map(([stage, items]) => [stage, sumOf(items) * files]));
  return { by_stage: byStage, to_completion: byStage.transform, whole: sumOf(byStage) };
}

/** @returns what stays in S3 of a million reviews, in GB, and what it costs a month */
export function storageOf(measured, usd) {
  const gb = ((measured.raw_bytes + measured.processed_bytes) * (REVIEWS / measured.rows)) / 1e9;
  return { gb, usd_month: gb * usd.s3_gb_month.value };
}

/** @param {Record<string, number> | readonly number[]} items */
export function sumOf(items) {
  return Object.values(items).reduce((sum, value) => sum + value, 0);
}
