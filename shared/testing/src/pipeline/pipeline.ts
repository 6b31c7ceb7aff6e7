/**
 * The running local pipeline for tests: the very bundles that are deployed, on an AWS of their own. Ports and folders are
 * the system's choice, so that any number of pipelines run side by side.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  DisableRuleCommand,
  EnableRuleCommand,
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type KeptFailure, readFailure } from '@tastetrend/aws';
import {
  type ChunksReadyDetail,
  type CompletionDetail,
  pipeline as description,
  type FunctionName,
  identityOf,
  type Manifest,
  type QueueName,
  REMOVAL_DETAIL_TYPE,
  REMOVAL_SOURCE,
  REPORT_SOURCE,
  type RemovalDetail,
  type ReportReadyDetail,
} from '@tastetrend/contracts';
import { type Progress, progressOf } from '@tastetrend/ingest';
import {
  type AwsClients,
  createClients,
  fillPattern,
  type PipelineResources,
  type Stack,
  startStack,
} from '@tastetrend/local';
import { copyBundles, miniStackPython } from './availability.ts';
import { FAULTS_VARIABLE, type Fault } from './faults.ts';
import { pidsRunning } from './function-processes.ts';
import { collect, depthOf, type QueueDepth, sendAll, takeAll } from './queues.ts';

const FAULTS_MODULE = fileURLToPath(new URL('./faults.ts', import.meta.url));
const POLL_MS = 20;
/** As long as the pollers of @tastetrend/local wait for a message, and a little more. */
const POLLER_WAIT_MS = 1_100;
const LINES_SHOWN = 40;
/** On a busy machine; a right run takes a fraction of it. */
const WAIT_MAX_MS = 30_000;

interface PipelineOptions {
  /** The functions that run; the queue of one that does not only fills. Both if not given. */
  readonly functions?: readonly FunctionName[];
  /** Other built modules in the place of `services/<name>/dist/handler.mjs`. */
  readonly bundles?: Readonly<Partial<Record<FunctionName, string>>>;
  /** How many times faster than on AWS the pipeline's timings pass. */
  readonly timeFactor?: number;
  /** More variables for the functions, over those of the description. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More options of Node for the functions' processes. */
  readonly execArgv?: readonly string[];
  /** Invocations of each function at the same time, in the place of the description's. */
  readonly maximumConcurrency?: number;
}

export interface UploadedVersion {
  readonly key: string;
  readonly versionId: string;
  readonly etag: string;
  readonly identity: string;
  readonly bytes: number;
}

interface StoredObject {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  /** ISO 8601 in UTC. */
  readonly lastModified: string;
}

export interface DeadLetter {
  readonly body: string;
  readonly receiveCount: number;
}

export interface CompletionSeen {
  /** EventBridge's own id: new at each publish. */
  readonly id: string;
  readonly detail: CompletionDetail;
}

export interface ReportEventSeen {
  readonly 'detail-type': string;
  readonly detail: ReportReadyDetail | ChunksReadyDetail;
}

export interface RemovalSeen {
  readonly id: string;
  readonly detail: RemovalDetail;
}

export type LogLine = Readonly<Record<string, unknown>>;

export interface RunningPipeline {
  readonly stack: Stack;
  readonly resources: PipelineResources;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly eventBridge: EventBridgeClient;
  readonly dynamoDb: AwsClients['dynamoDb'];

  upload(key: string, bytes: Uint8Array | string): Promise<UploadedVersion>;
  progress(identity: string): Promise<Progress>;
  /** Waits until the file version got there; throws with the cause when its message is dead, or when it takes too long. */
  waitFor(identity: string, state: 'transformed' | 'reported', within_ms?: number): Promise<Manifest>;
  /** Uploads a file and waits for its reports. */
  run(key: string, bytes: Uint8Array | string): Promise<{ version: UploadedVersion; manifest: Manifest }>;
  /** Waits until no message is in a queue or being worked on, and every event has been seen. Dead letters stay. */
  idle(within_ms?: number): Promise<void>;

  /** Every object of the processed bucket, or of a part of it, in the order of keys. */
  listProcessed(prefix?: string): Promise<StoredObject[]>;
  /** @throws S3's NoSuchKey */
  readProcessed(key: string): Promise<{ bytes: Buffer; metadata: Readonly<Record<string, string>> }>;
  readJson<T>(key: string): Promise<T>;

  depth(queue: string): Promise<QueueDepth>;
  /** Sends bodies to a function's queue; up to ten arrive together. What is no string is sent as JSON. */
  send(queue: QueueName, ...bodies: unknown[]): Promise<void>;
  /** Waits until the dead-letter queue holds so many messages, then takes them out of it. */
  takeDeadLetters(queue: string, atLeast?: number, within_ms?: number): Promise<DeadLetter[]>;
  failure(service: FunctionName, subject: string): Promise<KeptFailure | undefined>;

  /** The completion events that went over the bus so far, repeats included. */
  completions(identity: string): CompletionSeen[];
  /** The bodies of the SQS messages about uploads of this key, as EventBridge made them. */
  uploadMessages(key: string): string[];
  /** The bodies of the SQS messages about deletions of this key. */
  deletionMessages(key: string): string[];
  /** The removal events of a raw key that went over the bus so far, repeats included. */
  removals(key: string): RemovalSeen[];
  /** All that the report service published so far, repeats included, in the order of arrival. */
  reportEvents(): ReportEventSeen[];
  /** From now on what `upload` uploads makes no message for the transform, until `resumeUploads`. */
  pauseUploads(): Promise<void>;
  resumeUploads(): Promise<void>;

  /** What a function printed as JSON: log lines and EMF. */
  logLines(name: FunctionName): Promise<LogLine[]>;
  logText(name: FunctionName): Promise<string>;
  /** The processes of a function that live now. */
  pids(name: FunctionName): number[];
  /** Changes after how many seconds a message whose worker died is received again, and how often at most. */
  setQueue(queue: QueueName, settings: { visibility_s: number; maxReceiveCount: number }): Promise<void>;
  inject(fault: Fault): Promise<{ remove(): Promise<void>; isUsed(): boolean }>;

  stop(): Promise<void>;
}

/**
 * Starts a pipeline. When it throws, nothing is left running.
 * @throws NotBuiltError when the functions were not built; scripts/setup.mjs's SetupError without a Python (ask
 *   `canRunPipeline` first)
 */
export async function startPipeline(options: PipelineOptions = {}): Promise<RunningPipeline> {
  const { functions = ['transform', 'report'], timeFactor = 30 } = options;
  const python = await miniStackPython();
  const folder = await mkdtemp(path.join(tmpdir(), 'tastetrend-e2e-'));
  const notes: string[] = [];
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const faultsDir = path.join(folder, 'faults');
    await mkdir(faultsDir);
    const bundles = { ...(await copyBundles(functions, path.join(folder, 'bundles'))), ...options.bundles };
    const stack = await startStack({
      bundles,
      stateDir: path.join(folder, 'state'),
      python,
      timeFactor,
      env: 'e2e',
      execArgv: ['--import', FAULTS_MODULE, ...(options.execArgv ?? [])],
      environment: { ...options.environment, [FAULTS_VARIABLE]: faultsDir },
      ...(options.maximumConcurrency === undefined ? {} : { maximumConcurrency: options.maximumConcurrency }),
      log: (line) => notes.push(line),
    });
    const clients = createClients(stack);
    const end = async () => {
      clients.destroy();
      await stack.stop();
      await removeFolder();
    };
    try {
      return await pipelineOver({ stack, clients, bundles, faultsDir, notes, end });
    } catch (error) {
      await end();
      throw error;
    }
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

interface Parts {
  readonly stack: Stack;
  readonly clients: AwsClients;
  readonly bundles: Readonly<Record<string, string>>;
  readonly faultsDir: string;
  /** What the stack itself had to say. */
  readonly notes: readonly string[];
  end(): Promise<void>;
}

async function pipelineOver({ stack, clients, bundles, faultsDir, notes, end }: Parts): Promise<RunningPipeline> {
  const { resources } = stack;
  const { s3, sqs, eventBridge, dynamoDb } = clients;
  const { raw, processed } = resources.buckets;
  const rule = (name: string) => resources.rules[name] as PipelineResources['rules'][string];
  const completionTap = await tap(clients, resources, 'transform-completed');
  const uploadTap = await tap(clients, resources, 'raw-object-created');
  // By a pattern of its own: which of the bus's events the report service takes is the report's affair.
  const removalTap = await tap(clients, resources, 'transform-completed', {
    source: [REMOVAL_SOURCE],
    'detail-type': [REMOVAL_DETAIL_TYPE],
  });
  const reportTap = await tap(clients, resources, 'transform-completed', { source: [REPORT_SOURCE] }, 'reports');
  const taps = [completionTap, uploadTap, removalTap, reportTap];
  const urlOf = (name: string): string => {
    const queue = resources.queues[name as QueueName] ?? resources.deadLetterQueues[name];
    if (queue === undefined) throw new TypeError(`pipeline.json has no queue ${name}`);
    return queue.url;
  };
  const whereabouts = { s3, dynamoDb, processedBucket: processed, tableName: resources.table };
  const progress = (identity: string) => progressOf(identity, whereabouts);
  const logText = async (name: FunctionName) => {
    const file = path.join(stack.logsDir, `${name}.log`);
    return existsSync(file) ? await readFile(file, 'utf8') : '';
  };

  /** How often each key was uploaded so far. */
  const uploads = new Map<string, number>();
  const areAnnounced = () => [...uploads].every(([key, times]) => running.uploadMessages(key).length >= times);

  const running: RunningPipeline = {
    stack,
    resources,
    s3,
    sqs,
    eventBridge,
    dynamoDb,
    progress,
    logText,

    async upload(key, bytes) {
      const Body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      uploads.set(key, (uploads.get(key) ?? 0) + 1);
      const answer = await s3.send(new PutObjectCommand({ Bucket: raw, Key: key, Body }));
      if (answer.VersionId === undefined || answer.ETag === undefined)
        throw new Error('the raw bucket has no versions');
      const identity = identityOf({ bucket: raw, key, versionId: answer.VersionId });
      return { key, versionId: answer.VersionId, etag: answer.ETag, identity, bytes: Body.byteLength };
    },

    async waitFor(identity, state, within_ms = WAIT_MAX_MS) {
      let last: Progress = { state: 'waiting' };
      const began = new Date().toISOString();
      const found = await poll(within_ms, async () => {
        last = await progress(identity);
        // An older failure is of a message that may have been sent again since.
        if (last.state === 'failing' && last.isDead && last.failure.failedAt > began)
          throw new Error(`it is dead: ${last.failure.cause}`);
        if (last.state === 'reported' || last.state === state) return last as { manifest: Manifest };
        return undefined;
      });
      if (found !== undefined) return found.manifest;
      const said = [...notes, ...(await logText('transform')).split('\n'), ...(await logText('report')).split('\n')];
      throw new Error(
        `${identity} is not ${state} after ${within_ms} ms, but ${JSON.stringify(last)}\n` +
          said
            .filter((line) => !line.startsWith('{') || line.includes(identity))
            .slice(-LINES_SHOWN)
            .join('\n'),
      );
    },

    async run(key, bytes) {
      const version = await running.upload(key, bytes);
      return { version, manifest: await running.waitFor(version.identity, 'reported') };
    },

    async idle(within_ms = WAIT_MAX_MS) {
      const watched = [urlOf('transform'), urlOf('report'), ...taps.map(({ url }) => url)];
      let depths: QueueDepth[] = [];
      let quietLooks = 0;
      const isQuiet = await poll(within_ms, async () => {
        depths = await Promise.all(watched.map((url) => depthOf(sqs, url)));
        quietLooks = depths.every(({ visible, inFlight }) => visible + inFlight === 0) ? quietLooks + 1 : 0;
        // Twice: between two queues an event is in none.
        return quietLooks >= 3 || undefined;
      });
      if (!isQuiet) throw new Error(`not quiet after ${within_ms} ms: ${JSON.stringify(depths)}`);
    },

    async listProcessed(prefix = '') {
      const found: StoredObject[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket: processed, Prefix: prefix, ContinuationToken }));
        for (const { Key = '', ETag = '', Size = 0, LastModified } of page.Contents ?? []) {
          found.push({ key: Key, etag: ETag, bytes: Size, lastModified: LastModified?.toISOString() ?? '' });
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },

    async readProcessed(key) {
      const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: processed, Key: key }));
      return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), metadata: Metadata ?? {} };
    },

    async readJson<T>(key: string) {
      return JSON.parse((await running.readProcessed(key)).bytes.toString('utf8')) as T;
    },

    depth: (queue) => depthOf(sqs, urlOf(queue)),

    send: (queue, ...bodies) =>
      sendAll(
        sqs,
        urlOf(queue),
        bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body))),
      ),

    async takeDeadLetters(queue, atLeast = 1, within_ms = WAIT_MAX_MS) {
      const url = urlOf(queue);
      const isThere = await poll(within_ms, async () => (await depthOf(sqs, url)).visible >= atLeast || undefined);
      if (!isThere) throw new Error(`${queue} holds ${(await depthOf(sqs, url)).visible}, not ${atLeast} messages`);
      const messages = await takeAll(sqs, url);
      return messages.map(({ Body = '', Attributes }) => ({
        body: Body,
        receiveCount: Number(Attributes?.ApproximateReceiveCount),
      }));
    },

    failure: (service, subject) => readFailure(dynamoDb, resources.table, service, subject),

    completions: (identity) =>
      completionTap.bodies
        .map((body) => JSON.parse(body) as CompletionSeen)
        .filter(({ detail }) => detail.identity === identity),

    uploadMessages: (key) =>
      uploadTap.bodies.filter((body) => {
        const event = JSON.parse(body) as ObjectEvent;
        return event['detail-type'] === 'Object Created' && event.detail.object.key === key;
      }),

    deletionMessages: (key) =>
      uploadTap.bodies.filter((body) => {
        const event = JSON.parse(body) as ObjectEvent;
        return event['detail-type'] === 'Object Deleted' && event.detail.object.key === key;
      }),

    reportEvents: () => reportTap.bodies.map((body) => JSON.parse(body) as ReportEventSeen),

    removals: (key) =>
      removalTap.bodies
        .map((body) => JSON.parse(body) as RemovalSeen)
        .filter(({ detail }) => detail.source.key === key),

    async pauseUploads() {
      const { name, busName } = rule('raw-object-created');
      await eventBridge.send(new DisableRuleCommand({ Name: name, EventBusName: busName }));
    },

    async resumeUploads() {
      // Events go out some time after the upload: one that is still on its way would find the rule enabled again.
      const isOver = await poll(WAIT_MAX_MS, async () => areAnnounced() || undefined);
      if (!isOver) throw new Error('not every upload made an event');
      const { name, busName } = rule('raw-object-created');
      await eventBridge.send(new EnableRuleCommand({ Name: name, EventBusName: busName }));
    },

    async logLines(name) {
      const lines = (await logText(name)).split('\n').filter((line) => line.startsWith('{'));
      return lines.map((line) => JSON.parse(line) as LogLine);
    },

    pids: (name) => pidsRunning(bundles[name] ?? ''),

    async setQueue(queue, { visibility_s, maxReceiveCount }) {
      const deadLetterTargetArn = resources.deadLetterQueues[resources.queues[queue].dlq]?.arn;
      const Attributes = {
        VisibilityTimeout: String(visibility_s),
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
      };
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(queue), Attributes }));
      // A poller's request that waits now still hides what it gets for as long as before.
      await sleep(POLLER_WAIT_MS);
    },

    async inject(fault) {
      const id = randomUUID();
      const file = path.join(faultsDir, id);
      await writeFile(`${faultsDir}-${id}`, JSON.stringify(fault));
      await rename(`${faultsDir}-${id}`, file);
      return { remove: () => rm(file, { force: true }), isUsed: () => !existsSync(file) };
    },

    async stop() {
      try {
        await Promise.all(taps.map((one) => one.stop()));
      } finally {
        await end();
      }
    },
  };
  return running;
}

interface ObjectEvent {
  readonly 'detail-type': string;
  readonly detail: { readonly object: { readonly key: string } };
}

/** A queue beside the pipeline's own that gets the same events as one of its rules, or others of its bus; only tests have it. */
async function tap(
  { sqs, eventBridge }: AwsClients,
  resources: PipelineResources,
  ruleName: string,
  pattern?: unknown,
  kind = pattern === undefined ? 'of' : 'beside',
): Promise<{ url: string; readonly bodies: readonly string[]; stop(): Promise<void> }> {
  const { busName } = resources.rules[ruleName] as PipelineResources['rules'][string];
  const name = `tap-${kind}-${ruleName}`;
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const Arn = `${resources.queues.transform.arn.split(':').slice(0, -1).join(':')}:${name}`;
  const EventPattern = fillPattern(pattern ?? description.rules[ruleName]?.pattern, resources.buckets);
  await eventBridge.send(new PutRuleCommand({ Name: name, EventBusName: busName, EventPattern }));
  const target = { Rule: name, EventBusName: busName, Targets: [{ Id: 'tap', Arn }] };
  await eventBridge.send(new PutTargetsCommand(target));
  return { url, ...collect(sqs, url) };
}

/** Waits until `probe` gives something. @returns undefined when it does not in time */
async function poll<T>(within_ms: number, probe: () => Promise<T | undefined>): Promise<T | undefined> {
  const giveUpAt_ms = performance.now() + within_ms;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > giveUpAt_ms) return undefined;
    await sleep(POLL_MS);
  }
}

/** Waits until `probe` gives something, and throws with `what` when it does not in time. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  within_ms = WAIT_MAX_MS,
): Promise<T> {
  const found = await poll(within_ms, async () => await probe());
  if (found === undefined) throw new Error(`not within ${within_ms} ms: ${what}`);
  return found;
}
