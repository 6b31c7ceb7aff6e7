/**
 * A raw key, the buckets, and what the transform does there, as small as they can be: raw says what is current, promotion
 * follows it, events go out afterwards. Any request of the hand-over may fail before or after its effect.
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import {
  type CheckStatus,
  type ChunkChange,
  type ChunksReadyDetail,
  type CurrentTableFacts,
  identityOf,
  type Manifest,
  makeManifest,
  manifestKey,
  outputKey,
  pipeline,
  type ReviewChunk,
  reportKey,
  sha256Hex,
} from '@tastetrend/contracts';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { validationOf } from '../core/validation.ts';
import { chunkerOf, type ReviewRow } from '../handoff/core/chunks-of-review.ts';
import { handOver } from '../handoff/hand-over.ts';
import type { HandoffPorts, SetFacts } from '../handoff/ports.ts';
import { countsOf, manifestOf, profileOf, rows } from './tally.ts';

const SOURCE = { bucket: 'raw', key: 'reviews/a.csv' };

const FILE = rows(20);
const PROFILE = profileOf(FILE);
const SUMMARY = validationOf(manifestOf(PROFILE, countsOf(FILE)), PROFILE, pipeline.checks);

export interface Review {
  readonly id: number;
  readonly text: string | null;
  readonly rating: number;
}

interface RawVersion {
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly reviews: readonly Review[];
  readonly verdict: CheckStatus | 'rejected';
}

/** A process that died at a request. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

function rowOf({ id, text, rating }: Review): ReviewRow {
  return {
    // As the transform makes it: of what the review says, the rating left out.
    review_uid: sha256Hex(`${id} ${text}`),
    customer_name: 'Ann Lee',
    review_date: 20_000 + id,
    rating_1_5: rating,
    review_text: text,
    restaurant_name: 'Luke',
  };
}

export function chunksOf(reviews: readonly Review[]): ReviewChunk[] {
  return reviews.flatMap((review) => chunkerOf(SOURCE.bucket, SOURCE.key)(rowOf(review)));
}

function tableOf(reviews: readonly Review[], identity: string): ArrayBuffer {
  const all = reviews.map(rowOf);
  const text = (name: keyof ReviewRow) => ({ name, data: all.map((row) => row[name]), type: 'STRING' as const });
  return parquetWriteBuffer({
    columnData: [
      text('review_uid'),
      text('customer_name'),
      { name: 'review_date', data: all.map((row) => row.review_date), type: 'INT32' },
      { name: 'rating_1_5', data: all.map((row) => row.rating_1_5), type: 'DOUBLE' },
      { ...text('review_text'), nullable: true },
      text('restaurant_name'),
    ],
    rowGroupSize: 2,
    kvMetadata: [{ key: 'tastetrend.identity', value: identity }],
  });
}

export class HandoffWorld {
  /** Newest first. */
  raw: RawVersion[] = [];
  readonly objects = new Map<string, string | ArrayBuffer>();
  readonly packed = new Map<string, { readonly bytes: Buffer; readonly facts: SetFacts }>();
  readonly events: ChunksReadyDetail[] = [];
  /** Messages for the report: identities of versions, or nothing for a removal. */
  readonly messages: (string | undefined)[] = [];
  requests: string[] = [];
  current: (CurrentTableFacts & { readonly reviews: readonly Review[] }) | undefined;
  head: { etag: string; detail: ChunksReadyDetail } | undefined;
  /** Called with each request, before and after it; may wait, and may throw a `Crash`. */
  onRequest: (name: string, when: 'before' | 'after') => Promise<void> = async () => {};
  #made = 0;

  upload(reviews: readonly Review[], verdict: RawVersion['verdict'] = 'pass'): string {
    this.#made += 1;
    const versionId = `v${this.#made}`;
    this.raw.unshift({ versionId, isDeleteMarker: false, reviews, verdict });
    return versionId;
  }

  /** Puts a delete marker, or takes one away. */
  toggleDeleted(): void {
    if (this.raw[0]?.isDeleteMarker) this.raw.shift();
    else this.raw.unshift({ versionId: `m${++this.#made}`, isDeleteMarker: true, reviews: [], verdict: 'pass' });
  }

  identityOf(versionId: string): string {
    return identityOf({ ...SOURCE, versionId });
  }

  /** The transform works on a version (or looks at the key): manifest, promotion, event. */
  transform(versionId?: string): void {
    const version = this.raw.find((one) => one.versionId === versionId && !one.isDeleteMarker);
    if (version !== undefined) this.#writeManifest(version);
    this.#promote();
    if (version !== undefined) this.messages.push(this.identityOf(version.versionId));
    else this.messages.push(this.current?.removalId === undefined ? this.current?.identity : undefined);
  }

  /** What the report does with a message, the hand-over last. */
  async deliver(message: string | undefined) {
    const manifest = this.objects.get(manifestKey(message ?? ''));
    if (typeof manifest === 'string') await this.#report(JSON.parse(manifest) as Manifest);
    return await handOver(SOURCE, this.ports);
  }

  /** The chunks that retrieval should hold at last, by raw alone; undefined where nothing passes, so that it stays. */
  expected(): ReviewChunk[] | undefined {
    for (const { isDeleteMarker, verdict, reviews } of this.raw) {
      if (isDeleteMarker) return [];
      if (verdict === 'pass' || verdict === 'warn') return chunksOf(reviews);
    }
    return undefined;
  }

  lines<Line>(object: { readonly key: string; readonly sha256: string } | null): Line[] {
    if (object === null) return [];
    const text = gunzipSync(this.packed.get(object.key)?.bytes ?? '').toString('utf8');
    if (sha256Hex(text) !== object.sha256) throw new Error(`${object.key} is not what was named`);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  }

  readonly ports: HandoffPorts = {
    processedBucket: 'processed',
    committed: {
      readText: (key) => this.#request(`GET ${key}`, () => this.objects.get(key) as string | undefined),
      readBytes: (key, start, end) =>
        this.#request(`GET ${key}`, () => (this.objects.get(key) as ArrayBuffer | undefined)?.slice(start, end)),
    },
    currentTable: () => this.#request('HEAD current', () => this.current),
    rawVersions: () => this.#request('LIST raw', () => [...this.raw]),
    heads: {
      read: () => this.#request('GET head', () => this.head),
      replace: (_, readEtag, detail) =>
        this.#request('PUT head', () => {
          if (this.head?.etag !== readEtag) return 'refused';
          this.head = { etag: `e${detail.sequence}`, detail: structuredClone(detail) };
          return 'written';
        }),
    },
    packed: {
      open: (key) =>
        this.#request(`GET ${key}`, () => {
          const found = this.packed.get(key);
          return found === undefined ? undefined : { body: Readable.from([found.bytes]), facts: found.facts };
        }),
      putOnce: (key, path, _, facts) =>
        this.#request(`PUT ${key}`, () => {
          if (this.packed.has(key)) return 'refused';
          this.packed.set(key, { bytes: readFileSync(path), facts });
          return 'written';
        }),
    },
    publish: (detail) => this.#request('PUBLISH', () => void this.events.push(structuredClone(detail))),
    onStep: () => {},
  };

  async #request<Answer>(name: string, effect: () => Answer): Promise<Answer> {
    this.requests.push(name);
    await this.onRequest(name, 'before');
    const answer = effect();
    await this.onRequest(name, 'after');
    return answer;
  }

  #writeManifest({ versionId, verdict, reviews }: RawVersion): void {
    const identity = this.identityOf(versionId);
    const isRejected = verdict === 'rejected';
    const table = tableOf(reviews, identity);
    const output = { role: 'table' as const, key: outputKey(identity, 'table'), bytes: table.byteLength };
    const accepted = isRejected ? 0 : reviews.length;
    const manifest = makeManifest({
      source: {
        ...SOURCE,
        version_id: versionId,
        etag: null,
        size_bytes: 1,
        uploaded_at: '2026-01-01T00:00:00.000Z',
      },
      outcome: isRejected ? 'rejected' : 'processed',
      kind: isRejected ? null : 'reviews',
      rejection: isRejected ? { rule: 'empty_file', message: 'It is empty.', line: null } : null,
      counts: { rows_read: accepted, accepted, duplicates: 0, quarantined: 0 },
      outputs: isRejected ? [] : [{ ...output, sha256: sha256Hex(new Uint8Array(table)) }],
      inferred: null,
    });
    if (!isRejected) this.objects.set(output.key, table);
    this.objects.set(manifestKey(identity), JSON.stringify(manifest));
  }

  /** As promote.ts, with the removals of promise 3. */
  #promote(): void {
    for (const { versionId, isDeleteMarker, verdict, reviews } of this.raw) {
      const identity = this.identityOf(versionId);
      const facts = { identity, versionId, transformVersion: 1, kind: 'reviews' as const, validation: undefined };
      if (isDeleteMarker) {
        this.current = { ...facts, removalId: identity, reviews: [] };
        return;
      }
      if (!this.objects.has(manifestKey(identity))) return;
      if (verdict === 'rejected') continue;
      this.current = { ...facts, removalId: undefined, reviews };
      return;
    }
  }

  async #report(manifest: Manifest): Promise<void> {
    const { identity, source } = manifest;
    const { verdict = 'pass' } = this.raw.find(({ versionId }) => versionId === source.version_id) ?? {};
    const status = verdict === 'rejected' ? 'fail' : verdict;
    this.objects.set(
      reportKey('validation', source.uploaded_at, identity),
      JSON.stringify({ ...SUMMARY, identity, status }),
    );
  }
}

/** A consumer as the contract has it: drops repeats, applies what is next, catches up over a gap. */
export class MirroringConsumer {
  sequence = 0;
  readonly chunks = new Map<string, Omit<ReviewChunk, 'text'>>();
  readonly texts = new Set<string>();
  embedded = 0;
  readonly #world: HandoffWorld;

  constructor(world: HandoffWorld) {
    this.#world = world;
  }

  take({ sequence, set, delta, changes }: ChunksReadyDetail): void {
    if (sequence <= this.sequence) return;
    const isNext = sequence === this.sequence + 1;
    const changesNothing = changes.upserts + changes.metadata_updates + changes.tombstones === 0;
    if (isNext && (delta !== null || changesNothing)) this.#apply(this.#world.lines<ChunkChange>(delta));
    else this.#replace(this.#world.lines<ReviewChunk>(set));
    this.sequence = sequence;
    const used = new Set([...this.chunks.values()].map(({ vector_id }) => vector_id));
    for (const text of this.texts) if (!used.has(text)) this.texts.delete(text);
  }

  /** What is held, in one order, by what it says. */
  held(): string[] {
    return [...this.chunks.values()].map((chunk) => JSON.stringify(without(chunk))).sort();
  }

  #apply(changes: readonly ChunkChange[]): void {
    for (const change of changes) {
      if (change.op === 'tombstone') {
        if (!this.chunks.delete(change.chunk_id)) throw new Error('a tombstone of a chunk that is not there');
        continue;
      }
      if (change.op === 'upsert' && this.texts.has(change.vector_id)) throw new Error('an upsert of a known text');
      if (change.op === 'metadata' && !this.texts.has(change.vector_id)) throw new Error('an update without a text');
      this.#put(change);
    }
  }

  #replace(chunks: readonly ReviewChunk[]): void {
    this.chunks.clear();
    for (const chunk of chunks) this.#put(chunk);
  }

  #put(chunk: Omit<ReviewChunk, 'text'>): void {
    if (!this.texts.has(chunk.vector_id as string)) this.embedded += 1;
    this.texts.add(chunk.vector_id as string);
    this.chunks.set(chunk.chunk_id as string, chunk);
  }
}

/** A chunk as it is compared: by all that a delta's update has. */
export function without(chunk: object): object {
  const { text: _, op: __, ...rest } = chunk as { text?: unknown; op?: unknown };
  return rest;
}
