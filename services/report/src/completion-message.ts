/** The body of a message on the report queue: EventBridge's event, as the rule delivers it. */
import { ForeignMessageError } from '@tastetrend/aws';
import {
  type CompletionDetail,
  completionEventSchema,
  completionIdOf,
  identityOf,
  manifestKey,
} from '@tastetrend/contracts';
import { issuesInOneLine } from './core/serialise.ts';

/**
 * @param body the message's body, parsed as JSON
 * @param processedBucket the bucket that this function reads and writes
 * @throws ForeignMessageError saying in one line what was wrong, without repeating what the event holds
 */
export function completionOf(body: unknown, processedBucket: string): CompletionDetail {
  const parsed = completionEventSchema.safeParse(body);
  if (!parsed.success) {
    throw new ForeignMessageError(`the message is no completion event: ${issuesInOneLine(parsed.error.issues)}`);
  }
  const { detail } = parsed.data;
  const wrong = contradictionsOf(detail, processedBucket);
  if (wrong.length > 0) {
    throw new ForeignMessageError(`the completion event contradicts itself or this pipeline: ${wrong.join('; ')}`);
  }
  return detail;
}

/** What follows from the identity must agree with it, so that no event can have another object read or be dropped. */
function contradictionsOf(detail: CompletionDetail, processedBucket: string): string[] {
  const { identity, source, transform_version } = detail;
  const version = { bucket: source.bucket, key: source.key, versionId: source.version_id };
  const wrong: string[] = [];
  if (identityOf(version, transform_version) !== identity) wrong.push('detail.identity is not that of its source');
  if (completionIdOf(identity) !== detail.completion_id) wrong.push('detail.completion_id is not of its identity');
  if (manifestKey(identity) !== detail.manifest_key) wrong.push('detail.manifest_key is not of its identity');
  if (detail.processed_bucket !== processedBucket) wrong.push(`detail.processed_bucket is not ${processedBucket}`);
  return wrong;
}
