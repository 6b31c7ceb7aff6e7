import { afterEach, describe, expect, it } from 'vitest';
import { type AnsweringServer, settingsFor, startAnsweringServer } from './answering-server.fixture.ts';
import { eventBridgeClient } from './clients.ts';
import { BrokenWorldError, EventNotAcceptedError } from './errors.ts';
import { publishEvent } from './events.ts';

const EVENT = { source: 'tastetrend.test', detailType: 'Something Happened', detail: { id: 1, text: 'Grüße' } };

describe('publishEvent', () => {
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
  });

  async function publishTo(status: number, answer: unknown): Promise<void> {
    server = await startAnsweringServer(status, answer);
    await publishEvent(eventBridgeClient(settingsFor(server)), 'the-bus', EVENT);
  }

  it('sends one entry with the detail as JSON', async () => {
    await publishTo(200, { FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    expect(server?.asked).toHaveLength(1);
    expect(JSON.parse(server?.asked[0]?.body ?? '')).toEqual({
      Entries: [
        {
          EventBusName: 'the-bus',
          Source: 'tastetrend.test',
          DetailType: 'Something Happened',
          Detail: '{"id":1,"text":"Grüße"}',
        },
      ],
    });
  });

  it('an answer of 200 with a failed entry is an error with its code', async () => {
    const refused = { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
    const publishing = publishTo(200, { FailedEntryCount: 1, Entries: [refused] });
    await expect(publishing).rejects.toThrow(EventNotAcceptedError);
    await expect(publishing).rejects.toThrow(
      'bus the-bus did not take Something Happened: ThrottlingException Rate exceeded',
    );
  });

  it('a count alone, or an error code alone, is enough for it', async () => {
    await expect(publishTo(200, { FailedEntryCount: 1 })).rejects.toThrow(EventNotAcceptedError);
    await server?.close();
    const entries = { FailedEntryCount: 0, Entries: [{ ErrorCode: 'InternalException' }] };
    await expect(publishTo(200, entries)).rejects.toThrow(EventNotAcceptedError);
  });

  it('a call that fails is a broken world, with the bus and the cause', async () => {
    const publishing = publishTo(400, { __type: 'ResourceNotFoundException', message: 'no such bus' });
    await expect(publishing).rejects.toThrow(BrokenWorldError);
    await expect(publishing).rejects.toThrow(
      'cannot publish Something Happened to bus the-bus: ResourceNotFoundException: no such bus (HTTP 400)',
    );
  });
});
