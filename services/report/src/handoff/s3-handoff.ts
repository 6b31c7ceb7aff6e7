/** The ports of the hand-over over S3 and EventBridge. */
import {
  BrokenWorldError,
  type eventBridgeClient,
  headObject,
  listVersions,
  namedVersion,
  openObject,
  publishEvent,
  putOnce,
  putOver,
  type s3Client,
} from '@tastetrend/aws';
import {
  CHUNKS_READY_DETAIL_TYPE,
  type ChunksReadyDetail,
  chunkHeadKey,
  chunksReadyDetailSchema,
  currentTableFactsOf,
  currentTableKey,
  REPORT_READY_DETAIL_TYPE,
  REPORT_SOURCE,
  type ReportReadyDetail,
} from '@tastetrend/contracts';
import { CommittedObjectError, ReportAssertionError } from '../errors.ts';
import { s3CommittedObjects } from '../s3-objects.ts';
import { EVENT_BYTES_MAX } from './core/limits.ts';
import type { HandoffPorts, SetFacts } from './ports.ts';

type S3Client = ReturnType<typeof s3Client>;
type EventBridgeClient = ReturnType<typeof eventBridgeClient>;

const JSON_TYPE = 'application/json';
const PACKED_TYPE = 'application/gzip';

export interface HandoffPlaces {
  readonly s3: S3Client;
  readonly eventBridge: EventBridgeClient;
  readonly rawBucket: string;
  readonly processedBucket: string;
  readonly eventBusName: string;
}

export function s3HandoffPorts(places: HandoffPlaces, onStep: HandoffPorts['onStep']): HandoffPorts {
  const { s3, rawBucket, processedBucket } = places;
  return {
    committed: s3CommittedObjects(s3, processedBucket),
    processedBucket,
    async currentTable(rawKey) {
      const facts = await headObject(s3, processedBucket, currentTableKey(rawKey));
      return facts === undefined ? undefined : currentTableFactsOf(facts.metadata);
    },
    async rawVersions(rawKey) {
      const listed = await listVersions(s3, rawBucket, rawKey);
      return listed.map(({ versionId, etag, isDeleteMarker }) => ({
        versionId: namedVersion(versionId, etag),
        isDeleteMarker,
      }));
    },
    heads: headsIn(s3, processedBucket),
    packed: packedIn(s3, processedBucket),
    publish: (detail) => publishDetail(places, CHUNKS_READY_DETAIL_TYPE, detail),
    onStep,
  };
}

export function publishReportReady(places: HandoffPlaces, detail: ReportReadyDetail): Promise<void> {
  return publishDetail(places, REPORT_READY_DETAIL_TYPE, detail);
}

async function publishDetail(
  { eventBridge, eventBusName }: HandoffPlaces,
  detailType: string,
  detail: ReportReadyDetail | ChunksReadyDetail,
): Promise<void> {
  const bytes = Buffer.byteLength(JSON.stringify(detail)) + Buffer.byteLength(detailType + REPORT_SOURCE);
  if (bytes > EVENT_BYTES_MAX) throw new ReportAssertionError(`an event ${detailType} of ${bytes} bytes is too large`);
  await publishEvent(eventBridge, eventBusName, { source: REPORT_SOURCE, detailType, detail });
}

function headsIn(s3: S3Client, bucket: string): HandoffPorts['heads'] {
  return {
    async read(sourceId) {
      const key = chunkHeadKey(sourceId);
      const opened = await openObject(s3, bucket, key);
      if (opened === undefined) return undefined;
      const parts: Uint8Array[] = [];
      for await (const part of opened.body) parts.push(part as Uint8Array);
      const parsed = chunksReadyDetailSchema.safeParse(JSON.parse(Buffer.concat(parts).toString('utf8')));
      if (!parsed.success) throw new CommittedObjectError(`${key} is not what its schema says`);
      return { etag: opened.facts.etag, detail: parsed.data };
    },
    replace(sourceId, readEtag, detail) {
      const key = chunkHeadKey(sourceId);
      const body = Buffer.from(`${JSON.stringify(detail, null, 1)}\n`);
      return readEtag === undefined
        ? putOnce(s3, bucket, key, body, { contentType: JSON_TYPE })
        : putOver(s3, bucket, key, readEtag, body, { contentType: JSON_TYPE });
    },
  };
}

function packedIn(s3: S3Client, bucket: string): HandoffPorts['packed'] {
  return {
    async open(key) {
      const opened = await openObject(s3, bucket, key);
      if (opened === undefined) return undefined;
      return { body: opened.body, facts: factsOf(opened.facts.metadata, key) };
    },
    putOnce: (key, path, bytes, { sha256, lines, vectors }) =>
      putOnce(
        s3,
        bucket,
        key,
        { path, bytes },
        {
          contentType: PACKED_TYPE,
          metadata: { sha256, lines: String(lines), vectors: String(vectors) },
        },
      ),
  };
}

function factsOf({ sha256 = '', lines, vectors }: Readonly<Record<string, string>>, key: string): SetFacts {
  const facts = { sha256, lines: Number(lines), vectors: Number(vectors) };
  if (sha256.length === 64 && Number.isInteger(facts.lines) && Number.isInteger(facts.vectors)) return facts;
  throw new BrokenWorldError(`the metadata of ${key} does not say what it holds`);
}
