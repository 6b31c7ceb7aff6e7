/** The other body of a message on the report queue: a removal, of which there is no report, but a hand-over. */
import { ForeignMessageError } from '@tastetrend/aws';
import { REMOVAL_DETAIL_TYPE, type RemovalDetail, removalEventSchema } from '@tastetrend/contracts';
import { issuesInOneLine } from '../core/serialise.ts';

/**
 * @param body the message's body, parsed as JSON
 * @returns undefined when it is about something else
 * @throws ForeignMessageError when it is a removal, and not one of this pipeline's; nothing of the event is repeated
 */
export function removalOf(body: unknown, processedBucket: string): RemovalDetail | undefined {
  if ((body as { 'detail-type'?: unknown } | null)?.['detail-type'] !== REMOVAL_DETAIL_TYPE) return undefined;
  const parsed = removalEventSchema.safeParse(body);
  if (!parsed.success) throw new ForeignMessageError(`no removal event: ${issuesInOneLine(parsed.error.issues)}`);
  const { detail } = parsed.data;
  if (detail.processed_bucket === processedBucket) return detail;
  throw new ForeignMessageError(
    `the removal event is of another pipeline: detail.processed_bucket is not ${processedBucket}`,
  );
}
