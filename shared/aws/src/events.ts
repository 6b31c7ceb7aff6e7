/** Publishing events, with the answer read: PutEvents answers 200 and lists what it did not take. */
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { BrokenWorldError, EventNotAcceptedError } from './errors.ts';

export interface PublishedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

/** @throws BrokenWorldError when the call failed, EventNotAcceptedError when the bus did not take the event */
export async function publishEvent(client: EventBridgeClient, busName: string, event: PublishedEvent): Promise<void> {
  const entry = {
    EventBusName: busName,
    Source: event.source,
    DetailType: event.detailType,
    Detail: JSON.stringify(event.detail),
  };
  let answer: Awaited<ReturnType<typeof send>>;
  const send = () => client.send(new PutEventsCommand({ Entries: [entry] }));
  try {
    answer = await send();
  } catch (error) {
    throw new BrokenWorldError(`cannot publish ${event.detailType} to bus ${busName}`, error);
  }
  const refused = answer.Entries?.find((result) => result.ErrorCode !== undefined);
  if ((answer.FailedEntryCount ?? 0) > 0 || refused !== undefined) {
    throw new EventNotAcceptedError(
      `bus ${busName} did not take ${event.detailType}: ${refused?.ErrorCode ?? 'no code'} ${refused?.ErrorMessage ?? ''}`,
    );
  }
}
