/** SQS's own redrive: moves everything in a dead-letter queue back to the queues it came from, on the server's side. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { BrokenWorldError } from '@tastetrend/aws';
import { asking } from './queues.ts';

export interface MoveEnd {
  readonly replayed: number;
  readonly end: 'done' | 'interrupted' | 'dry_run';
}

interface MoveOptions {
  readonly maxPerSecond?: number | undefined;
  readonly signal: AbortSignal;
  onProgress?(replayed: number, found: number): void;
}

/** SQS's own bound on the pace of a task. */
const PER_SECOND_MAX = 500;
const POLL_MS = 1_000;
/** What an endpoint answers that does not have these calls, or not for this queue. */
const NOT_AVAILABLE = ['InvalidAction', 'UnknownOperationException', 'UnsupportedOperation', 'NotImplemented'];

/**
 * Starts a task, or follows the one that runs already (there can be one a queue), to its end. An interruption cancels it:
 * what has not been moved stays.
 * @returns undefined where the API is not to be had
 * @throws BrokenWorldError
 */
export async function moveBySqs(
  sqs: SQSClient,
  sourceArn: string,
  { maxPerSecond, signal, onProgress }: MoveOptions,
): Promise<MoveEnd | undefined> {
  try {
    const running = await newestTask(sqs, sourceArn);
    if (running?.Status !== 'RUNNING') {
      const pace =
        maxPerSecond === undefined ? undefined : Math.max(1, Math.min(PER_SECOND_MAX, Math.floor(maxPerSecond)));
      await sqs.send(
        new StartMessageMoveTaskCommand({
          SourceArn: sourceArn,
          ...(pace === undefined ? {} : { MaxNumberOfMessagesPerSecond: pace }),
        }),
      );
    }
  } catch (error) {
    if (NOT_AVAILABLE.some((name) => (error as Error).name.endsWith(name))) return undefined;
    throw new BrokenWorldError(`cannot start a redrive of ${sourceArn}`, error);
  }
  for (;;) {
    const task = await asking(`follow the redrive of ${sourceArn}`, () => newestTask(sqs, sourceArn));
    const replayed = task?.ApproximateNumberOfMessagesMoved ?? 0;
    onProgress?.(replayed, task?.ApproximateNumberOfMessagesToMove ?? replayed);
    switch (task?.Status) {
      case 'COMPLETED':
        return { replayed, end: 'done' };
      case 'CANCELLED':
        return { replayed, end: 'interrupted' };
      case 'FAILED':
        throw new BrokenWorldError(`SQS's redrive of ${sourceArn} failed: ${task.FailureReason ?? 'no reason given'}`);
    }
    if (signal.aborted && task?.Status === 'RUNNING' && task.TaskHandle !== undefined) {
      const { TaskHandle } = task;
      await asking(`cancel the redrive of ${sourceArn}`, () =>
        sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle })),
      );
      return { replayed, end: 'interrupted' };
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    // After an interruption a task that is just ending still says RUNNING or CANCELLING: no busy loop.
    if (signal.aborted) await sleep(POLL_MS / 10);
  }
}

async function newestTask(sqs: SQSClient, SourceArn: string): Promise<ListMessageMoveTasksResultEntry | undefined> {
  const { Results = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }));
  return Results[0];
}
