/** What a function's answer to a batch of messages means. */

/** Either some messages of the batch failed (perhaps none), or the answer fails the batch as a whole. */
export type BatchVerdict =
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<string> }
  | { readonly kind: 'whole_batch_failed'; readonly because: string };

const ALL_SUCCEEDED: BatchVerdict = { kind: 'partial', failed: new Set() };

/**
 * AWS's rules for `ReportBatchItemFailures`.
 * Source: AWS Lambda developer guide, "Handling errors for an SQS event source in Lambda", section "Success and failure
 * conditions".
 * @param response what the handler returned, as it is after JSON (undefined has become null)
 * @param batchMessageIds the messageIds of the records that it was invoked with
 */
export function judgeBatchResponse(response: unknown, batchMessageIds: readonly string[]): BatchVerdict {
  if (response === null || response === undefined) return ALL_SUCCEEDED;
  if (typeof response !== 'object' || Array.isArray(response)) return wholeBatch('the response is not an object');
  if (Object.keys(response).length === 0) return ALL_SUCCEEDED;
  if (!('batchItemFailures' in response)) return wholeBatch('the response has no batchItemFailures');
  const failures = response.batchItemFailures;
  if (failures === null || failures === undefined) return ALL_SUCCEEDED;
  if (!Array.isArray(failures)) return wholeBatch('batchItemFailures is not a list');
  const failed = new Set<string>();
  for (const item of failures as unknown[]) {
    if (typeof item !== 'object' || item === null || !('itemIdentifier' in item)) {
      return wholeBatch('an item of batchItemFailures has no itemIdentifier');
    }
    const id = item.itemIdentifier;
    if (typeof id !== 'string' || id === '') return wholeBatch('an itemIdentifier is empty or no string');
    if (!batchMessageIds.includes(id)) return wholeBatch(`the itemIdentifier ${id} is not in the batch`);
    failed.add(id);
  }
  return { kind: 'partial', failed };
}

/** The messageIds that stay in the queue after this response; all of them when it fails the batch. */
export function failedMessageIds(response: unknown, batchMessageIds: readonly string[]): ReadonlySet<string> {
  const verdict = judgeBatchResponse(response, batchMessageIds);
  return verdict.kind === 'partial' ? verdict.failed : new Set(batchMessageIds);
}

function wholeBatch(because: string): BatchVerdict {
  return { kind: 'whole_batch_failed', because };
}
