/**
 * A pipeline of its own with the same raw versions for every case, whose calls to AWS go over a wire that can fail. Cases
 * run in it one after the other, each from an empty processed bucket, table and queues.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { leaseId } from '@tastetrend/aws';
import {
  completionIdOf,
  pipeline as description,
  type FileVersion,
  type FunctionName,
  identityOf,
  type Manifest,
  manifestKey,
  removalIdOf,
  reportKey,
  shortIdentity,
  sourceIdOf,
} from '@tastetrend/contracts';
import { reviewFile, UNREADABLE } from '../e2e/review-files.ts';
import { RESTAURANT_INFO_ROWS } from '../generator/restaurant-info.ts';
import {
  objectCreatedEvent,
  objectDeletedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { chainComplaints } from './chunk-chains.ts';
import { emptyProcessed } from './emptying.ts';
import { type Asked, startWire, type Wire } from './wire.ts';

const SENDER_HEADER_MODULE = fileURLToPath(new URL('./sender-header.ts', import.meta.url));
/** The functions' timeouts are 8 s and 3 s here, and no case takes a second on an idle machine: none is from being slow. */
const TIME_FACTOR = 40;
/** As short as AWS lets it be, the function's timeout. The queues' own are six times that, which a death would cost. */
const VISIBILITY_S = { transform: 8, report: 3 } as const;
/** Sets of chunks, deltas between them, heads of chains. */
const CHUNKS_PREFIX = 'processed/rag/';
const QUIET_WITHIN_MS = 90_000;
const LOOKS_AGAIN = 5;
const LOOK_AGAIN_MS = 1_000;

/** One version in the raw bucket, and what it is called in every lane. */
export interface LabelledVersion extends UploadedVersion {
  readonly label: string;
}

/** What lies in the processed bucket: by key, the SHA-256 of content, metadata and type. */
export type Snapshot = ReadonlyMap<string, string>;

export interface Lane {
  readonly pipeline: RunningPipeline;
  readonly wire: Wire;
  readonly versions: readonly LabelledVersion[];
  /** Takes away all that was made of the raw versions. */
  empty(): Promise<void>;
  /** Sends each version's event so many times, all at once, and waits until nothing moves any more. */
  deliver(times: number): Promise<void>;
  snapshot(): Promise<Snapshot>;
  /** What is wrong with the state of rest, in words; empty when every promise holds. */
  complaints(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Makes a lane: a local AWS, its pipeline, and the raw versions. Ends all of it when it throws. */
export async function startLane(): Promise<Lane> {
  const labels: [found: string, label: string][] = [];
  const wire = await startWire((asked, command) => `${command} ${subjectOf(asked, command, labels)}`.trimEnd());
  try {
    const pipeline = await startPipeline({
      timeFactor: TIME_FACTOR,
      environment: { AWS_ENDPOINT_URL: wire.endpoint },
      execArgv: ['--import', SENDER_HEADER_MODULE],
    });
    wire.forwardTo(pipeline.stack.endpoint);
    try {
      for (const queue of ['transform', 'report'] as const) {
        const maxReceiveCount = description.queues[queue].max_receive_count;
        await pipeline.setQueue(queue, { visibility_s: VISIBILITY_S[queue], maxReceiveCount });
      }
      const versions = await uploadVersions(pipeline);
      const marker = await deleteVersions(pipeline, versions);
      const { key } = versions.find(({ label }) => label === 'deleted') as LabelledVersion;
      const removal = { bucket: pipeline.resources.buckets.raw, key, versionId: marker };
      labels.push(
        ...[...versions, { label: 'removal', identity: identityOf(removal), versionId: marker }].flatMap(namesOf),
      );
      const { buckets } = pipeline.resources;
      labels.push(...versions.map(({ label, key }): [string, string] => [sourceIdOf(buckets.raw, key), `<${label}>`]));
      labels.push(...Object.entries(buckets).map(([role, name]): [string, string] => [name, role]));
      return laneOver(pipeline, wire, versions, removal);
    } catch (error) {
      await pipeline.stop();
      throw error;
    }
  } catch (error) {
    await wire.stop();
    throw error;
  }
}

/** Fails its validation. */
const WITHOUT_TEXTS = `review_id,date,rating,review_text\n${'r1,2026-01-01,5,\nr2,2026-01-02,4,\n'}`;

/** A file of each fate: processed, superseded, rejected, reference data, empty, ignored, gone, deleted, failing. */
async function uploadVersions(p: RunningPipeline): Promise<LabelledVersion[]> {
  await p.pauseUploads();
  const info = RESTAURANT_INFO_ROWS.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n');
  const files: [label: string, key: string, bytes: Buffer | string][] = [
    ['first', 'north/again.csv', reviewFile(501, 60, { badRowRate: 0.05 }).bytes],
    ['second', 'north/again.csv', reviewFile(502, 50, { schema: 'eastside', badRowRate: 0.05 }).bytes],
    ['unreadable', 'south/unreadable.csv', UNREADABLE],
    ['info', 'info.csv', info],
    ['empty', 'empty.csv', ''],
    ['folder', 'folder/', ''],
    ['gone', 'gone.csv', reviewFile(503, 5).bytes],
    ['deleted', 'deleted.csv', reviewFile(504, 30).bytes],
    ['richer', 'north/poorer.csv', reviewFile(505, 20).bytes],
    ['poorer', 'north/poorer.csv', WITHOUT_TEXTS],
  ];
  const versions: LabelledVersion[] = [];
  for (const [label, key, bytes] of files) versions.push({ label, ...(await p.upload(key, bytes)) });
  return versions;
}

/** @returns the delete marker's version id */
async function deleteVersions(p: RunningPipeline, versions: readonly LabelledVersion[]): Promise<string> {
  const Bucket = p.resources.buckets.raw;
  const keyOf = (wanted: string) => versions.find(({ label }) => label === wanted) as LabelledVersion;
  const { key: Key, versionId: VersionId } = keyOf('gone');
  await p.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  const marked = await p.s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf('deleted').key }));
  if (marked.VersionId === undefined) throw new Error('a bucket with versions names its delete markers');
  return marked.VersionId;
}

/** Everything by which a call may name a version. The longest first, since a short identity is a part of a whole one. */
function namesOf({
  label,
  identity,
  versionId,
}: Pick<LabelledVersion, 'label' | 'identity' | 'versionId'>): [string, string][] {
  const named = `<${label}>`;
  return [
    [leaseId(identity), `lease ${named}`],
    [identity, named],
    [shortIdentity(identity), named],
    [versionId, named],
  ];
}

/** What a call is about, in words that are the same in every lane and run. */
function subjectOf({ url, body, target }: Asked, command: string, labels: readonly (readonly [string, string])[]) {
  if (target !== undefined) {
    const said = new Set(labels.filter(([found]) => body.includes(found)).map(([, label]) => label));
    const about = [...said].filter((label) => label.includes('<'));
    // Of whichever message came back first: what is asked is the same of all.
    if (body.includes('unended')) return 'attempt';
    const isFailure = body.includes('failure#');
    return [isFailure ? 'failure record' : '', ...about.slice(0, 1)].join(' ').trim();
  }
  const versionId = url.searchParams.get('versionId');
  const prefix = command === 'ListObjectVersions' ? `?${url.searchParams.get('prefix') ?? ''}` : '';
  let text = decodeURIComponent(url.pathname).slice(1) + prefix + (versionId === null ? '' : `@${versionId}`);
  for (const [found, label] of labels) text = text.replaceAll(found, label);
  return (
    text
      .replaceAll(/\d{8}T[\d.]+Z/g, '<uploaded>')
      .replaceAll(/\d{4}\/\d{2}\/\d{2}/g, '<day>')
      // In a history the upload's time counts down.
      .replaceAll(/(?<=\/history\/\w+\/)\d{13}/g, '<uploaded>')
  );
}

function laneOver(p: RunningPipeline, wire: Wire, versions: readonly LabelledVersion[], removal: FileVersion): Lane {
  const { processed, raw } = p.resources.buckets;
  /** Completion events before the case that runs now. */
  let seenBefore = new Map<string, number>();
  let removalsBefore = 0;
  let reportEventsBefore = 0;
  const completionsNow = (identity: string) => p.completions(identity).slice(seenBefore.get(identity) ?? 0);

  return {
    pipeline: p,
    wire,
    versions,

    async empty() {
      wire.clear();
      await emptyProcessed(p);
      for (const name of Object.keys(description.dead_letter_queues)) await p.takeDeadLetters(name, 0);
      reportEventsBefore = p.reportEvents().length;
      removalsBefore = p.removals(removal.key).length;
      seenBefore = new Map(versions.map(({ identity }) => [identity, p.completions(identity).length]));
    },

    async deliver(times) {
      const events = versions.map((version) => objectCreatedEvent({ bucket: raw, ...version }));
      events.push(objectDeletedEvent({ ...removal, type: 'Delete Marker Created' }));
      await Promise.all(Array.from({ length: times }, () => p.send('transform', ...events)));
      await p.idle(QUIET_WITHIN_MS);
      // On a busy machine an event may be on its way from one queue to the next, and in none, for longer than a look.
      for (let again = 0; again < LOOKS_AGAIN && (await this.complaints()).length > 0; again++) {
        await sleep(LOOK_AGAIN_MS);
        await p.idle(QUIET_WITHIN_MS);
      }
    },

    async snapshot() {
      const found = new Map<string, string>();
      for (const { key } of await p.listProcessed()) {
        // Which versions were handed over on the way depends on their order: chainComplaints looks at where it ends.
        if (key.startsWith(CHUNKS_PREFIX)) continue;
        const { Body, Metadata, ContentType } = await p.s3.send(new GetObjectCommand({ Bucket: processed, Key: key }));
        const hash = createHash('sha256').update((await Body?.transformToByteArray()) ?? '');
        found.set(key, hash.update(JSON.stringify([Metadata, ContentType])).digest('hex'));
      }
      return found;
    },

    async complaints() {
      const wrong: string[] = [];
      const keys = new Set((await p.listProcessed()).map(({ key }) => key));
      for (const { label, identity } of versions) {
        if (!keys.has(manifestKey(identity))) {
          wrong.push(`${label}: no manifest`);
          continue;
        }
        const { counts, outcome, source } = await p.readJson<Manifest>(manifestKey(identity));
        if (counts.rows_read !== counts.accepted + counts.duplicates + counts.quarantined) {
          wrong.push(`${label}: the manifest's sum does not hold`);
        }
        if (outcome === 'ignored') continue;
        for (const kind of ['validation', 'bias', 'report'] as const) {
          if (!keys.has(reportKey(kind, source.uploaded_at, identity))) wrong.push(`${label}: no ${kind}`);
        }
        const ids = new Set(completionsNow(identity).map(({ detail }) => detail.completion_id));
        if (ids.size !== 1 || !ids.has(completionIdOf(identity)))
          wrong.push(`${label}: ${ids.size} completion ids, not its one`);
      }
      const removed = p.removals(removal.key).slice(removalsBefore);
      const removalIds = new Set(removed.map(({ detail }) => `${detail.removal_id} ${detail.identity}`));
      const removalIdentity = identityOf(removal);
      if (removalIds.size !== 1 || !removalIds.has(`${removalIdOf(removalIdentity)} ${removalIdentity}`)) {
        wrong.push(`${removal.key}: ${removalIds.size} removal ids, not its one`);
      }
      const events = p.reportEvents().slice(reportEventsBefore);
      return [...wrong, ...(await chainComplaints(p, versions, removal, events)), ...(await lettersAndLeases(p))];
    },

    async stop() {
      await p.stop();
      await wire.stop();
    },
  };
}

/** No good message is dead, and none waits for a worker that died longer than the function's timeout. */
async function lettersAndLeases(p: RunningPipeline): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of Object.keys(description.dead_letter_queues)) {
    const { visible, inFlight } = await p.depth(name);
    if (visible + inFlight > 0) wrong.push(`${visible + inFlight} messages in ${name}`);
  }
  const boundMs = Date.now() + (description.functions.transform.timeout_s * 1000) / TIME_FACTOR;
  const { Items = [] } = await p.dynamoDb.send(new ScanCommand({ TableName: p.resources.table }));
  for (const { status, in_progress_expiration: until } of Items) {
    if (status?.S === 'INPROGRESS' && Number(until?.N) > boundMs) wrong.push('a lease is held beyond its bound');
  }
  return wrong;
}

/** The function that a call on the wire comes from. */
export function functionOf(sender: string | undefined): FunctionName | undefined {
  const names = Object.keys(description.functions) as FunctionName[];
  return names.find((name) => sender?.split('-').includes(name));
}
