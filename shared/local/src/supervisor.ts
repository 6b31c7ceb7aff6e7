/**
 * The program that runs a stack for somebody else: in a session of its own, so that a Ctrl-C meant for its starter does
 * not end it halfway, and tied to that starter by a channel, so that it ends when the starter does, however that ends.
 * Only when it was told to keep the stack does it live on.
 *
 * `node supervisor.ts <token> <state folder>`
 */
import { rm } from 'node:fs/promises';
import { type KeptStack, removeRecord, writeRecord } from './kept-stack.ts';
import type { PipelineResources } from './resources.ts';
import { type Stack, type StackSettings, startStack } from './stack.ts';
import type { FromSupervisor, ToSupervisor } from './supervisor-messages.ts';

/** What has not ended by then ends with this process: MiniStack and the functions watch their channel to it. */
const STOP_MAX_MS = 15_000;

const [token = '', stateDir = ''] = process.argv.slice(2);
const startedAt = new Date().toISOString();
const startIsOff = new AbortController();
let starting: Promise<Stack | undefined> = Promise.resolve(undefined);
let keeping: Promise<void> = Promise.resolve();
let recordFile: string | undefined;
let stopping = false;

process.on('message', (message) => void hear(message as ToSupervisor));
process.on('disconnect', () => {
  if (recordFile === undefined) void stop('the starter is gone');
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));
if (!process.connected) void stop('the starter is gone');

async function hear(message: ToSupervisor): Promise<void> {
  if (message.kind === 'start') starting = start(message.settings);
  else if (message.kind === 'keep') keeping = keep(message.recordFile);
  else await stop('asked to');
}

async function start(settings: StackSettings): Promise<Stack | undefined> {
  try {
    const stack = await startStack({ ...settings, log: say, signal: startIsOff.signal });
    const { endpoint, region, credentials, resources, logsDir } = stack;
    void stack.ended.then(() => stop('the local AWS ended'));
    if (!stopping) tell({ kind: 'ready', facts: { endpoint, region, credentials, resources, logsDir } });
    return stack;
  } catch (error) {
    if (stopping) return undefined;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    process.exitCode = 1;
    tell({ kind: 'failed', name, message }, () => void stop('the start failed'));
    return undefined;
  }
}

async function keep(file: string): Promise<void> {
  const stack = await starting;
  if (stack === undefined || stopping) return;
  const { endpoint, region, logsDir } = stack;
  const resources = withoutVariables(stack.resources);
  const kept: KeptStack = { pid: process.pid, token, endpoint, region, resources, stateDir, logsDir, startedAt };
  try {
    await writeRecord(file, kept);
  } catch (error) {
    tell({ kind: 'keep_refused', message: error instanceof Error ? error.message : String(error) });
    return;
  }
  recordFile = file;
  if (!stopping) tell({ kind: 'kept' }, () => process.connected && process.disconnect());
}

async function stop(because: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  say(`stopping: ${because}`);
  startIsOff.abort();
  setTimeout(() => process.exit(1), STOP_MAX_MS).unref();
  const stack = await starting;
  await stack?.stop();
  await keeping;
  if (recordFile !== undefined) await removeRecord(recordFile, token);
  if (stateDir !== '') await rm(stateDir, { recursive: true, force: true });
  process.exit();
}

function withoutVariables(resources: PipelineResources): KeptStack['resources'] {
  const { transform, report } = resources.functions;
  const [a, b] = [transform, report].map(({ environment: _, ...rest }) => rest);
  return { ...resources, functions: { transform: a, report: b } as KeptStack['resources']['functions'] };
}

function say(line: string): void {
  // Its standard error is a file in the state folder.
  console.error(line);
  tell({ kind: 'log', line });
}

function tell(message: FromSupervisor, then: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}
