import { type FunctionName, pipeline } from '@tastetrend/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatchSettings,
  handleBatch,
  MessageFailure,
  type MessageOutcome,
  retryAfterS,
  type SqsMessage,
} from './batch.ts';
import { BrokenWorldError } from './errors.ts';
import { type Attempt, type AttemptLog, type FailureRecord, subjectOfBody } from './failure-log.ts';

const DONE: MessageOutcome = { kind: 'done' };
const { messages_in_flight_max, timeout_s, retry_backoff_s } = pipeline.functions.transform;

function message(id: string, { received = 1, body = JSON.stringify({ id }) } = {}): SqsMessage {
  return {
    messageId: id,
    receiptHandle: `handle of ${id}`,
    body,
    attributes: { ApproximateReceiveCount: `${received}` },
  };
}

/** Settings under which everything works, and what was told to them. */
function recorded(change: Partial<BatchSettings> = {}) {
  const visibilities: [string, number][] = [];
  const records: FailureRecord[] = [];
  const told: [string, string][] = [];
  const troubles: [string, string][] = [];
  const deleted: string[] = [];
  const settings: BatchSettings = {
    functionName: 'transform',
    timeFactor: 1,
    remainingTimeMs: () => timeout_s * 1000,
    work: async () => DONE,
    setVisibility: async ({ messageId }, seconds) => {
      visibilities.push([messageId, seconds]);
    },
    recordFailure: async (record) => {
      records.push(record);
    },
    onFailure: ({ messageId }, cause) => told.push([messageId, cause]),
    onTrouble: ({ messageId }, cause) => troubles.push([messageId, cause]),
    subjectOf: () => undefined,
    deleteMessage: async ({ messageId }) => {
      deleted.push(messageId);
    },
    attempts: {
      unended: async () => 0,
      begin: async () => undefined,
      end: async () => undefined,
      takeBack: async () => undefined,
    },
    ...change,
  };
  return { settings, visibilities, records, told, troubles, deleted };
}

const idOf = (body: unknown) => (body as { id: string }).id;
const failedOf = async (messages: SqsMessage[], settings: BatchSettings) =>
  (await handleBatch({ Records: messages }, settings)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe('handleBatch', () => {
  it('answers with no failures when all is done, also to an empty batch', async () => {
    const { settings, visibilities, records } = recorded();
    expect(await handleBatch({ Records: [message('a'), message('b')] }, settings)).toEqual({ batchItemFailures: [] });
    expect(await handleBatch({ Records: [] }, settings)).toEqual({ batchItemFailures: [] });
    expect([visibilities, records]).toEqual([[], []]);
  });

  it('never works on more messages at once than the description allows, and on that many', async () => {
    let inFlight = 0;
    let most = 0;
    const work = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inFlight -= 1;
      return DONE;
    };
    const ids = Array.from({ length: 10 }, (_, at) => `m${at}`);
    expect(
      await failedOf(
        ids.map((id) => message(id)),
        recorded({ work }).settings,
      ),
    ).toEqual([]);
    expect(most).toBe(messages_in_flight_max);
  });

  it('takes the messages that were received most often first', async () => {
    const order: string[] = [];
    const work = async (body: unknown) => {
      order.push(idOf(body));
      return DONE;
    };
    const received = [2, 5, 3, 4, 2];
    await failedOf(
      received.map((times, at) => message(`${at} received ${times}`, { received: times })),
      recorded({ work }).settings,
    );
    expect(order).toEqual(['1 received 5', '3 received 4', '2 received 3', '0 received 2', '4 received 2']);
  });

  it('fails only the messages that failed', async () => {
    const work = async (body: unknown) => {
      if (idOf(body).startsWith('bad')) throw new BrokenWorldError('the bucket is gone');
      return DONE;
    };
    const { settings, records, told } = recorded({ work });
    const failed = await failedOf([message('a'), message('bad 1'), message('b'), message('bad 2')], settings);
    expect(failed.sort()).toEqual(['bad 1', 'bad 2']);
    expect(records.map(({ messageId, cause }) => [messageId, cause])).toEqual([
      ['bad 1', 'BrokenWorldError: the bucket is gone'],
      ['bad 2', 'BrokenWorldError: the bucket is gone'],
    ]);
    expect(told.map(([id]) => id)).toEqual(['bad 1', 'bad 2']);
  });

  it('fails every message when every message fails, and throws nothing', async () => {
    const work = async () => Promise.reject(new Error('no'));
    const ids = ['a', 'b', 'c'];
    expect(
      (
        await failedOf(
          ids.map((id) => message(id)),
          recorded({ work }).settings,
        )
      ).sort(),
    ).toEqual(ids);
  });

  it.each([1, 2, 3, 4, 5, 9])(
    'after %i receives hides a failed message for its backoff, and writes down all of it',
    async (received) => {
      const work = async () => Promise.reject(new Error('no'));
      const { settings, visibilities, records } = recorded({ work });
      await failedOf([message('a', { received })], settings);
      const seconds = retry_backoff_s[Math.min(received, retry_backoff_s.length) - 1];
      expect(visibilities).toEqual([['a', seconds]]);
      expect(records).toEqual([
        {
          subject: subjectOfBody(JSON.stringify({ id: 'a' })),
          service: 'transform',
          messageId: 'a',
          cause: 'Error: no',
          receiveCount: received,
          receiveCountMax: pipeline.queues.transform.max_receive_count,
          failedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          retryAfterS: seconds,
        },
      ]);
    },
  );

  it('a failure of a file version is recorded under its identity, with the cause inside', async () => {
    const identity = 'f'.repeat(64);
    const work = async () => Promise.reject(new MessageFailure(identity, new BrokenWorldError('no such bucket')));
    const { settings, records } = recorded({ work });
    await failedOf([message('a')], settings);
    expect(records).toMatchObject([{ subject: identity, cause: 'BrokenWorldError: no such bucket' }]);
  });

  it('a busy message comes back when the holder is done, and is no failure', async () => {
    const work = async () => ({ kind: 'busy', retryAfterS: 42 }) as const;
    const { settings, visibilities, records, told } = recorded({ work });
    expect(await failedOf([message('a')], settings)).toEqual(['a']);
    expect([visibilities, records, told]).toEqual([[['a', 42]], [], []]);
  });

  it('a body that is no JSON fails alone, and is not quoted', async () => {
    const { settings, records } = recorded();
    const body = 'Jane Guest, "';
    expect(await failedOf([message('a'), message('b', { body })], settings)).toEqual(['b']);
    expect(records).toMatchObject([
      { subject: subjectOfBody(body), cause: 'ForeignMessageError: the message body is no JSON (13 bytes)' },
    ]);
    expect(JSON.stringify(records)).not.toContain('Jane');
  });

  it('with less than half the timeout left starts nothing more, and gives the rest back at once, unrecorded', async () => {
    const worked: string[] = [];
    let left_ms = timeout_s * 1000;
    const work = async (body: unknown) => {
      worked.push(idOf(body));
      left_ms = (timeout_s * 1000) / 2 - 1;
      return DONE;
    };
    const { settings, visibilities, records } = recorded({ work, remainingTimeMs: () => left_ms });
    const failed = await failedOf(
      ['a', 'b', 'c', 'd'].map((id) => message(id)),
      settings,
    );
    expect(worked).toEqual(['a', 'b']);
    expect(failed).toEqual(['c', 'd']);
    expect(visibilities).toEqual([
      ['c', 0],
      ['d', 0],
    ]);
    expect(records).toEqual([]);
  });

  it('with little time from the start still works on as many as go at once: else nothing would ever be done', async () => {
    const { settings } = recorded({ remainingTimeMs: () => 1 });
    expect(
      await failedOf(
        ['a', 'b', 'c'].map((id) => message(id)),
        settings,
      ),
    ).toEqual(['c']);
  });

  it('a failure that cannot be written down stands, and is told as one, and the rest as trouble', async () => {
    const work = async () => Promise.reject(new Error('first'));
    const recordFailure = async () => Promise.reject(new Error('no table'));
    const { settings, visibilities, told, troubles } = recorded({ work, recordFailure });
    expect(await failedOf([message('a')], settings)).toEqual(['a']);
    expect(told).toEqual([['a', 'Error: first']]);
    expect(troubles).toEqual([['a', 'cannot write down the failure: Error: no table']]);
    expect(visibilities).toHaveLength(1);
  });

  it('a failure whose visibility cannot be set stands, and so does a busy message', async () => {
    const setVisibility = async () => Promise.reject(new Error('throttled'));
    const failing = recorded({ work: async () => Promise.reject(new Error('first')), setVisibility });
    expect(await failedOf([message('a')], failing.settings)).toEqual(['a']);
    expect(failing.records).toHaveLength(1);
    expect(failing.troubles).toEqual([['a', 'cannot set the visibility: Error: throttled']]);

    const busy = recorded({ work: async () => ({ kind: 'busy', retryAfterS: 1 }), setVisibility });
    expect(await failedOf([message('a')], busy.settings)).toEqual(['a']);
  });

  it('a recordFailure that throws before it promises does not lose the failure, nor the other messages', async () => {
    const work = async (body: unknown) => (idOf(body) === 'a' ? Promise.reject(new Error('first')) : DONE);
    const recordFailure = () => {
      throw new Error('at once');
    };
    const { settings } = recorded({ work, recordFailure });
    expect(await failedOf([message('a'), message('b'), message('c')], settings)).toEqual(['a']);
  });

  it('a log that cannot be written does not lose the failure', async () => {
    const work = async () => Promise.reject(new Error('first'));
    const noLog = () => {
      throw new Error('no log');
    };
    const setVisibility = async () => Promise.reject(new Error('throttled'));
    const { settings } = recorded({ work, setVisibility, onFailure: noLog, onTrouble: noLog });
    expect(await failedOf([message('a'), message('b'), message('c')], settings)).toHaveLength(3);
  });
});

/** A table of attempts that outlives the workers. */
function attemptsHeld() {
  const unended = new Map<string, number>();
  const asked: string[] = [];
  const attempts: AttemptLog = {
    unended: async (subject) => {
      asked.push(subject);
      return unended.get(subject) ?? 0;
    },
    begin: async ({ subject }) => {
      unended.set(subject, (unended.get(subject) ?? 0) + 1);
    },
    end: async (subject) => {
      unended.delete(subject);
    },
    takeBack: async (subject) => {
      unended.set(subject, (unended.get(subject) ?? 0) - 1);
    },
  };
  return { attempts, unended, asked };
}

describe('messages whose worker dies', () => {
  it('what is new is neither asked about nor noted', async () => {
    const { attempts, asked, unended } = attemptsHeld();
    const noted = new Set<string>();
    const begin: AttemptLog['begin'] = async ({ subject }) => void noted.add(subject);
    await failedOf([message('a')], recorded({ attempts: { ...attempts, begin } }).settings);
    expect([asked, [...noted], [...unended]]).toEqual([[], [], []]);
  });

  it('what comes back is noted before, with all that an operator asks, and forgotten after, done or failed', async () => {
    const { attempts, unended } = attemptsHeld();
    const begun: Attempt[] = [];
    const work = async (body: unknown) => {
      expect(unended.get(idOf(body))).toBe(1);
      if (idOf(body) === 'bad') throw new Error('no');
      return DONE;
    };
    const begin: AttemptLog['begin'] = async (attempt) => {
      begun.push(attempt);
      await attempts.begin(attempt);
    };
    const { settings } = recorded({ attempts: { ...attempts, begin }, work, subjectOf: idOf });
    await failedOf([message('a', { received: 2 }), message('bad', { received: 3 })], settings);
    expect([...unended]).toEqual([]);
    expect(begun.find(({ subject }) => subject === 'bad')).toEqual({
      subject: 'bad',
      service: 'transform',
      messageId: 'bad',
      receiveCount: 3,
      receiveCountMax: pipeline.queues.transform.max_receive_count,
      beganAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      retryAfterS: pipeline.queues.transform.visibility_timeout_s,
    });
  });

  it('busy takes back the attempt, and no more: the lease may be that of the worker that died', async () => {
    const { attempts, unended } = attemptsHeld();
    unended.set('a', 1);
    const work = async () => ({ kind: 'busy', retryAfterS: 1 }) as const;
    await failedOf([message('a', { received: 3 })], recorded({ attempts, work, subjectOf: idOf }).settings);
    expect([...unended]).toEqual([['a', 1]]);
  });

  it('what is done is deleted at once, and only where something came back: others may die', async () => {
    const work = async (body: unknown) => (idOf(body) === 'bad' ? Promise.reject(new Error('no')) : DONE);
    const fresh = recorded({ work });
    await failedOf([message('a'), message('b')], fresh.settings);
    expect(fresh.deleted).toEqual([]);
    const returned = recorded({ work });
    await failedOf([message('a'), message('bad', { received: 2 })], returned.settings);
    expect(returned.deleted).toEqual(['a']);
  });

  it('what workers die of is worked on alone, the deadliest last of those that came back as often', async () => {
    const { attempts, unended } = attemptsHeld();
    unended.set('died twice', 2).set('died once', 1).set('died, but has time', 1);
    const log: string[] = [];
    const work = async (body: unknown) => {
      log.push(`> ${idOf(body)}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      log.push(`< ${idOf(body)}`);
      return DONE;
    };
    const deleteMessage = async ({ messageId }: SqsMessage) => void log.push(`deleted ${messageId}`);
    const { settings } = recorded({ attempts, work, deleteMessage, subjectOf: idOf });
    const messages = [
      message('new'),
      message('died, but has time', { received: 3 }),
      ...['died twice', 'a', 'b', 'died once'].map((id) => message(id, { received: 4 })),
    ];
    expect(await failedOf(messages, settings)).toEqual([]);
    const alone = (id: string) => [`> ${id}`, `< ${id}`, `deleted ${id}`];
    expect(log.slice(0, 6).sort()).toEqual([...alone('a'), ...alone('b')].sort());
    const inTurn = ['died once', 'died twice', 'died, but has time', 'new'];
    expect(log.slice(6)).toEqual(inTurn.flatMap(alone));
  });

  it('without a table all is worked on as ever', async () => {
    const no = async () => Promise.reject(new Error('no table'));
    const attempts = { unended: no, begin: no, end: no, takeBack: no };
    const { settings, told, troubles } = recorded({ attempts, deleteMessage: no });
    expect(await failedOf([message('a', { received: 2 }), message('b')], settings)).toEqual([]);
    // It is counted as no failure: an alarm hangs on those.
    expect(told).toEqual([]);
    expect(troubles.map(([id, cause]) => `${id}: ${cause.split(':')[0]}`).sort()).toEqual([
      'a: cannot delete the message, which is done',
      'a: cannot note the attempt',
      'a: cannot note the attempt',
      'a: cannot read earlier attempts',
      'b: cannot delete the message, which is done',
    ]);
  });

  it('a subject that cannot be told is that of the body', async () => {
    const { attempts, asked } = attemptsHeld();
    const subjectOf = () => {
      throw new Error('foreign');
    };
    await failedOf([message('a', { received: 2 }), message('b', { received: 2, body: '{' })], {
      ...recorded({ attempts }).settings,
      subjectOf,
    });
    expect(asked).toEqual([subjectOfBody(JSON.stringify({ id: 'a' })), subjectOfBody('{')]);
  });

  it.each(['transform', 'report'] as const)(
    'whatever the batches of %s are, what kills its worker takes no other message to the DLQ',
    async (functionName) => {
      await fc.assert(
        fc.asyncProperty(fc.infiniteStream(fc.nat()), async (draws) => {
          const draw = (below: number) => (draws.next().value as number) % below;
          expect(await deadOf(functionName, draw)).toEqual(['killer']);
        }),
        { numRuns: 300 },
      );
    },
  );
});

/** Twenty messages in a queue, batches of ten at most, and one that kills its worker. @returns the dead */
async function deadOf(functionName: FunctionName, draw: (below: number) => number): Promise<string[]> {
  const { max_receive_count } = pipeline.queues[functionName];
  const received = new Map<string, number>();
  for (let at = 0; at < 20; at++) received.set(at === 0 ? 'killer' : `good ${at}`, 0);
  const { attempts } = attemptsHeld();
  const dead: string[] = [];
  while (received.size > 0) {
    const waiting = [...received.keys()];
    const batch: SqsMessage[] = [];
    while (batch.length < 10 && waiting.length > 0) {
      const [id = ''] = waiting.splice(draw(waiting.length), 1);
      const times = (received.get(id) ?? 0) + 1;
      received.set(id, times);
      if (times <= max_receive_count) batch.push(message(id, { received: times }));
      else {
        received.delete(id);
        dead.push(id);
      }
    }
    for (const id of await doneIn(functionName, batch, attempts)) received.delete(id);
  }
  return dead;
}

/** One invocation, which ends when its worker dies. @returns what is gone from the queue */
async function doneIn(
  functionName: FunctionName,
  batch: readonly SqsMessage[],
  attempts: AttemptLog,
): Promise<string[]> {
  const gone: string[] = [];
  const death = Promise.withResolvers<undefined>();
  let isDead = false;
  const alive = async <T>(act: () => Promise<T>): Promise<T> => (isDead ? new Promise<never>(() => undefined) : act());
  const { settings } = recorded({
    functionName,
    subjectOf: idOf,
    work: (body) =>
      alive(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        if (idOf(body) !== 'killer') return DONE;
        isDead = true;
        death.resolve(undefined);
        return new Promise<never>(() => undefined);
      }),
    deleteMessage: ({ messageId }) =>
      alive(async () => {
        gone.push(messageId);
      }),
    attempts: {
      unended: (subject) => alive(() => attempts.unended(subject)),
      begin: (attempt) => alive(() => attempts.begin(attempt)),
      end: (subject) => alive(() => attempts.end(subject)),
      takeBack: (subject) => alive(() => attempts.takeBack(subject)),
    },
  });
  const response = await Promise.race([handleBatch({ Records: batch }, settings), death.promise]);
  if (response === undefined) return gone;
  const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return batch.map(({ messageId }) => messageId).filter((id) => !failed.has(id));
}

describe('retryAfterS', () => {
  it('is divided by the time factor, and at least 1 s', () => {
    expect(retryAfterS('transform', 1, 1)).toBe(15);
    expect(retryAfterS('transform', 4, 30)).toBe(4);
    expect(retryAfterS('transform', 100, 1)).toBe(120);
    expect(retryAfterS('report', 0, 1_000)).toBe(1);
  });
});
