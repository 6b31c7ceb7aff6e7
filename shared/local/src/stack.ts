/** The whole pipeline on this machine, inside of the calling process: the local AWS, its resources, the functions. */
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FunctionName } from '@tastetrend/contracts';
import { type AwsAccess, type AwsClients, createClients, LOCAL_CREDENTIALS } from './clients.ts';
import { BundleMissingError, StartAbortedError } from './errors.ts';
import { type EventSource, startEventSource } from './lambda/event-source.ts';
import { LambdaFunction } from './lambda/function.ts';
import { LogFile } from './lambda/log-file.ts';
import { MetricsSink } from './lambda/metrics-sink.ts';
import { type MiniStack, startMiniStack } from './ministack.ts';
import { createPipeline, type FunctionResource, LOCAL_ACCOUNT_ID, type PipelineResources } from './resources.ts';

/** Running invocations may end by themselves for that long; then they are ended. Their messages come again. */
const STOP_GRACE_MS = 3_000;
const DEFAULT_REGION = 'us-east-1';

/** What can be said in JSON, so that a supervisor can be told it. */
export interface StackSettings {
  /** For each function that shall run, its built module, which exports `handler`. Without one its queue only fills. */
  readonly bundles: Readonly<Partial<Record<FunctionName, string>>>;
  /** Everything that the stack writes lies in this folder, which is removed when it stops. */
  readonly stateDir: string;
  /** A Python with MiniStack in it. Not needed when there is an `endpoint`. */
  readonly python?: string;
  /** Another AWS-compatible endpoint to use instead of MiniStack; what is created in it stays there. */
  readonly endpoint?: string;
  readonly credentials?: AwsAccess['credentials'];
  readonly region?: string;
  readonly env?: string;
  readonly accountId?: string;
  /** How many times faster than on AWS the pipeline's timings pass; 1 if not given. */
  readonly timeFactor?: number;
  /** Invocations of each function at the same time, in the place of the description's. */
  readonly maximumConcurrency?: number;
  /** More options of Node for the functions' processes. */
  readonly execArgv?: readonly string[];
  /** More variables for the functions, over those of the description. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface StackOptions extends StackSettings {
  /** Takes what the stack itself has to say; the functions' lines go to `<stateDir>/logs/<function>.log`. */
  readonly log: (line: string) => void;
  /** Calls the start off; nothing is left of it then. */
  readonly signal?: AbortSignal;
}

export interface Stack {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsAccess['credentials'];
  readonly resources: PipelineResources;
  /** The folder with one log a function. */
  readonly logsDir: string;
  /** Settles when the local AWS has ended, by itself or because it was stopped. */
  readonly ended: Promise<void>;
  /** Sends the metrics that still wait to CloudWatch. */
  flushMetrics(): Promise<void>;
  /** Ends everything and removes the state folder. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the stack. When it throws, nothing is left running, and the state folder is gone.
 * @throws BundleMissingError, MiniStackStartError, ResourceCreationError, InvalidEventSourceError, StartAbortedError
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  /** What has been started, and how to end it; ended in reverse order. */
  const started: (() => Promise<unknown>)[] = [];
  const stop = once(async () => {
    for (const end of started.reverse()) await end();
  });
  try {
    return await startParts(options, started, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: StackOptions,
  started: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const { stateDir, region = DEFAULT_REGION, credentials = LOCAL_CREDENTIALS, log } = options;
  await refuseMissingBundles(options);
  await mkdir(stateDir, { recursive: true });
  started.push(() => rm(stateDir, { recursive: true, force: true, maxRetries: 3 }));

  const { endpoint, ended } = await localAws(options, region, started);
  const resources = await createPipeline({
    endpoint,
    region,
    credentials,
    env: options.env ?? 'local',
    accountId: options.accountId ?? LOCAL_ACCOUNT_ID,
    timeFactor: options.timeFactor ?? 1,
  });
  throwIfAborted(options.signal);

  const clients = createClients({ endpoint, region, credentials });
  started.push(async () => clients.destroy());
  const metrics = new MetricsSink(clients.cloudWatch, log);
  started.push(() => metrics.stop());
  const logsDir = path.join(stateDir, 'logs');
  for (const [name, bundle] of Object.entries(options.bundles) as [FunctionName, string][]) {
    await startFunction({ name, bundle, options, resources, clients, metrics, logsDir, started });
    throwIfAborted(options.signal);
  }
  return { endpoint, region, credentials, resources, logsDir, ended, flushMetrics: () => metrics.flush(), stop };
}

async function localAws(
  { endpoint, python, stateDir, signal, log }: StackOptions,
  region: string,
  started: (() => Promise<unknown>)[],
): Promise<Pick<MiniStack, 'endpoint' | 'ended'>> {
  // Nobody tells us when an endpoint that is not ours ends.
  if (endpoint !== undefined) return { endpoint, ended: new Promise(() => {}) };
  if (python === undefined) throw new TypeError('a stack needs a python with MiniStack, or an endpoint');
  const folder = path.join(stateDir, 'ministack');
  const miniStack = await startMiniStack({ python, stateDir: folder, region, ...(signal ? { signal } : {}) });
  let stopping = false;
  started.push(async () => {
    stopping = true;
    await miniStack.stop();
  });
  void miniStack.ended.then(() => {
    if (!stopping) log('the local AWS ended by itself');
  });
  return miniStack;
}

interface FunctionStart {
  readonly name: FunctionName;
  readonly bundle: string;
  readonly options: StackOptions;
  readonly resources: PipelineResources;
  readonly clients: AwsClients;
  readonly metrics: MetricsSink;
  readonly logsDir: string;
  readonly started: (() => Promise<unknown>)[];
}

async function startFunction(start: FunctionStart): Promise<void> {
  const { name, bundle, options, resources, clients, metrics, logsDir, started } = start;
  const settings = resources.functions[name];
  const queue = resources.queues[settings.queue];
  const maximumConcurrency = options.maximumConcurrency ?? settings.maximumConcurrency;
  const file = new LogFile(path.join(logsDir, `${name}.log`));
  started.push(() => file.close());
  const lambda = new LambdaFunction({
    functionName: settings.name,
    functionArn: functionArn(settings, queue.arn),
    bundle: path.resolve(bundle),
    memory_mb: settings.memory_mb,
    timeout_s: settings.timeout_s,
    environment: { ...settings.environment, ...options.environment },
    tmpRoot: path.join(options.stateDir, 'tmp'),
    execArgv: options.execArgv ?? [],
    concurrency: maximumConcurrency,
    log: (line) => {
      file.write(line);
      metrics.take(line);
    },
  });
  started.push(() => lambda.stop());
  const source: EventSource = await startEventSource({
    client: clients.sqs,
    region: resources.region,
    queueUrl: queue.url,
    queueArn: queue.arn,
    functionTimeout_s: settings.timeout_s,
    batchSize: settings.batchSize,
    batchingWindow_s: settings.batchingWindow_s,
    maximumConcurrency,
    invoke: (event) => lambda.invoke(event),
    log: (line) => options.log(`${name}: ${line}`),
  });
  started.push(() => source.stop(STOP_GRACE_MS));
}

function functionArn({ name }: FunctionResource, queueArn: string): string {
  const [, , , region, account] = queueArn.split(':');
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

async function refuseMissingBundles({ bundles }: StackOptions): Promise<void> {
  for (const [name, bundle] of Object.entries(bundles)) {
    const found = await stat(bundle).catch(() => undefined);
    if (!found?.isFile()) throw new BundleMissingError(`the function ${name} is not built: there is no ${bundle}`);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StartAbortedError('the start of the stack was called off');
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
