/** What this consumer wants of the pipeline's bus, and what its messages say; the queue is made and emptied as in examples/subscriber. */
import {
  CHUNKS_READY_DETAIL_TYPE,
  type ChunksReadyDetail,
  chunksReadyEventSchema,
  REPORT_SOURCE,
} from '@tastetrend/contracts';
import { type Clients, receive, type Subscription, subscribe } from '@tastetrend/subscriber-example';

/** Taking a hand-over of a million chunks with a small model takes hours: a consumer for those needs a longer one. */
const VISIBILITY_S = 900;

/** @param name of the queue and the rule. @param busName the pipeline's */
export function subscribeToHandOvers(clients: Clients, busName: string, name: string): Promise<Subscription> {
  const detailTypes = [CHUNKS_READY_DETAIL_TYPE];
  return subscribe(clients, { name, busName, source: REPORT_SOURCE, detailTypes, visibilityS: VISIBILITY_S });
}

/** `receive`, of hand-overs: what is none fails, and lies in the DLQ in the end. */
export function receiveHandOvers(
  sqs: Clients['sqs'],
  queueUrl: string,
  waitS: number,
  take: (detail: ChunksReadyDetail) => Promise<void>,
): ReturnType<typeof receive> {
  return receive(sqs, queueUrl, waitS, (event) => take(chunksReadyEventSchema.parse(event).detail));
}
