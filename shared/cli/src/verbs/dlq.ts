/** `dlq`: what lies in the dead-letter queues, why, and sending it back. */
import {
  type DeadLetter,
  type DeadLetterDepth,
  type DeadLetterQueue,
  deadLetterQueues,
  depthsOfDeadLetters,
  peekDeadLetters,
  type ReplaySummary,
  replayDeadLetters,
} from '@tastetrend/ingest';
import { UsageError } from '../errors.ts';
import type { Invocation, Options } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { progressView } from '../output/progress.ts';
import { count, formatTable, printable } from '../output/table.ts';
import { findTarget, type Target } from '../target.ts';

const EXIT_INTERRUPTED = 130;
const PARTS = { list, show, replay } as const;

export async function dlq({ files, options, root, signal }: Invocation): Promise<number> {
  const [part = '', ...names] = files;
  if (!Object.hasOwn(PARTS, part)) {
    throw new UsageError(`What of the dead-letter queues: ${Object.keys(PARTS).join(', ')}? See tastetrend dlq --help`);
  }
  if (options.only !== undefined && part !== 'replay') throw new UsageError('--only is for `dlq replay`.');
  const queues = queuesNamed(names);
  const target = await findTarget(root, options.env);
  return await PARTS[part as keyof typeof PARTS](queues, target, options, signal);
}

function queuesNamed(names: readonly string[]): DeadLetterQueue[] {
  const all = deadLetterQueues();
  const known = all.map(({ name }) => name);
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw new UsageError(`There is no dead-letter queue ${JSON.stringify(strange)}. There are: ${known.join(', ')}.`);
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

async function list(queues: readonly DeadLetterQueue[], target: Target, { json }: Options): Promise<number> {
  const depths = await depthsOfDeadLetters(target, queues);
  if (json) {
    process.stdout.write(`${printableJson({ target: target.description, queues: depths })}\n`);
    return 0;
  }
  const rows = depths.map((queue) => [
    queue.name,
    wordsOfSource(queue),
    queue.target,
    count(queue.waiting),
    count(queue.inFlight),
  ]);
  const head = ['dead-letter queue', 'gets what', 'replayed to', 'waiting', 'being looked at'];
  const hint = depths.some(({ waiting }) => waiting > 0)
    ? 'Why: tastetrend dlq show. Back to work: tastetrend dlq replay.'
    : 'Nothing is dead.';
  const table = formatTable(head, rows, ['left', 'left', 'left', 'right', 'right']);
  process.stdout.write(`${target.description}\n\n${table}\n\n${hint}\n`);
  return 0;
}

function wordsOfSource({ of, source }: DeadLetterDepth): string {
  return of === 'queue' ? `${source} could not work on` : `rule ${source} could not deliver`;
}

async function show(
  queues: readonly DeadLetterQueue[],
  target: Target,
  { json, limit }: Options,
  signal: AbortSignal,
): Promise<number> {
  const [depths, ...letters] = await Promise.all([
    depthsOfDeadLetters(target, queues),
    ...queues.map((queue) => peekDeadLetters(queue, { max: limit, signal }, target)),
  ]);
  if (json) {
    const shown = depths.map((depth, at) => ({ ...depth, messages: letters[at] }));
    process.stdout.write(`${printableJson({ target: target.description, queues: shown })}\n`);
  } else {
    process.stdout.write(`${target.description}\n`);
    for (const [at, depth] of depths.entries()) {
      process.stdout.write(`\n${formatQueue(depth, letters[at] ?? [])}\n`);
    }
  }
  return signal.aborted ? EXIT_INTERRUPTED : 0;
}

function formatQueue(depth: DeadLetterDepth, letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return `${depth.name}: empty`;
  const all = Math.max(depth.waiting + depth.inFlight, letters.length);
  const title = `${depth.name}: ${count(all)} (${wordsOfSource(depth)})`;
  const more = all > letters.length ? `\n  … and ${count(all - letters.length)} more; see --limit` : '';
  return `${title}\n${letters.map(formatLetter).join('\n')}${more}`;
}

function formatLetter({ key, versionIds, sentAt, subjects, failures, delivery, bodyBytes }: DeadLetter): string {
  const name = key === undefined ? `no event of ours, ${count(bodyBytes)} bytes` : key;
  const versions = versionIds.length === 0 ? '' : `  version ${versionIds.join(', ')}`;
  const lines = [
    `  ${printable(name)}${printable(versions)}`,
    `    first sent ${sentAt}, ${subjects[0]?.slice(0, 17)}…`,
  ];
  for (const { cause, receiveCount, receiveCountMax, failedAt, failures: times, earlier } of failures) {
    lines.push(`    failed ${receiveCount} of ${receiveCountMax} times, last at ${failedAt}; ${times} times in all`);
    lines.push(`    cause: ${printable(cause)}`);
    // What was another reason before is what tells whether something was mended.
    const others = new Set(earlier.map((failure) => failure.cause).filter((before) => !cause.startsWith(before)));
    for (const before of others) lines.push(`    before: ${printable(before)}`);
  }
  for (const [attribute, said] of Object.entries(delivery)) lines.push(`    ${attribute}: ${printable(said)}`);
  if (failures.length === 0 && Object.keys(delivery).length === 0) {
    lines.push('    no cause was written down: its worker died, or could not reach the table');
  }
  return lines.join('\n');
}

async function replay(
  queues: readonly DeadLetterQueue[],
  target: Target,
  { json, only, maxPerSecond, dryRun }: Options,
  signal: AbortSignal,
): Promise<number> {
  process.stderr.write(`Replaying in ${target.description}.\n`);
  const view = progressView();
  const done: ReplaySummary[] = [];
  try {
    for (const queue of queues) {
      if (signal.aborted) break;
      const onProgress = (replayed: number, found: number) =>
        view.set(queue.name, `${count(replayed)} of ${count(Math.max(found, replayed))}`);
      done.push(await replayDeadLetters(queue, { only, maxPerSecond, isDryRun: dryRun, signal, onProgress }, target));
    }
  } finally {
    view.close();
  }
  const isInterrupted = signal.aborted;
  if (json) {
    const document = { target: target.description, is_dry_run: dryRun, is_interrupted: isInterrupted, queues: done };
    process.stdout.write(`${printableJson(document)}\n`);
  } else {
    process.stdout.write(`${formatReplay(done, dryRun)}\n`);
    if (isInterrupted)
      process.stdout.write('Interrupted: what was not sent is still there. The same command goes on.\n');
  }
  if (isInterrupted) return EXIT_INTERRUPTED;
  return done.some(({ failed_again }) => failed_again > 0) ? 1 : 0;
}

function formatReplay(done: readonly ReplaySummary[], isDryRun: boolean): string {
  const rows = done.map((one) => [
    one.dlq,
    one.target,
    count(one.found),
    count(one.replayed),
    count(one.passed_over),
    count(one.failed_again),
    count(one.left),
    one.by === 'sqs_redrive' ? "SQS's redrive" : 'one by one',
  ]);
  const sent = isDryRun ? 'would be sent' : 'sent back';
  const head = ['dead-letter queue', 'to', 'found', sent, 'passed over', 'failed again', 'left', 'by'];
  return formatTable(head, rows, ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left']);
}
