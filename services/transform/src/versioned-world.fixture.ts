/**
 * A world of one raw key for the use cases: a bucket that keeps versions and delete markers, a processed bucket with
 * conditional writes, and the events that follow. Every call of a port waits for its turn, so that a test decides which
 * worker goes on, and whose process ends there.
 */

import { writeFile } from 'node:fs/promises';
import {
  type CurrentTableFacts,
  completionIdOf,
  currentTableFactsOf,
  type Manifest,
  removalDetailOf,
  removalMetadataOf,
  sha256Hex,
  tableMetadataOf,
} from '@tastetrend/contracts';
import type { RawVersion, TransformPorts } from './ports.ts';

export const BUCKET = 'raw';

interface StoredVersion extends RawVersion {
  readonly bytes: Buffer;
}

export interface Table {
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export class VersionedWorld {
  readonly key: string;
  /** Newest first. */
  versions: StoredVersion[] = [];
  readonly manifests = new Map<string, Manifest>();
  table: Table | undefined;
  /** Completion and removal ids. */
  readonly published = new Set<string>();
  /** How many tables there had been when something was published last. */
  toldOf = 0;
  /** Every table that was ever there, newest last. */
  readonly tables: Table[] = [];
  #count = 0;

  constructor(key: string) {
    this.key = key;
  }

  upload(bytes: string): string {
    return this.#add(Buffer.from(bytes), false);
  }

  mark(): string {
    return this.#add(Buffer.alloc(0), true);
  }

  /** For good. */
  end(versionId: string): void {
    this.versions = this.versions.filter((version) => version.versionId !== versionId);
  }

  get current(): string | undefined {
    const [newest] = this.versions;
    return newest?.isDeleteMarker ? undefined : newest?.versionId;
  }

  get facts(): CurrentTableFacts | undefined {
    return this.table && currentTableFactsOf(this.table.metadata);
  }

  #add(bytes: Buffer, isDeleteMarker: boolean): string {
    this.#count += 1;
    const versionId = `${isDeleteMarker ? 'm' : 'v'}${this.#count}`;
    // All at the same second, as S3's times may be: order is the listing's, never a time's.
    this.versions.unshift({ versionId, isDeleteMarker, bytes, lastModified: '2026-11-22T10:00:00.000Z' });
    return versionId;
  }

  #tell(id: string): void {
    this.published.add(id);
    this.toldOf = this.tables.length;
  }

  #put(etag: string, metadata: Table['metadata'], readEtag: string | undefined): 'written' | 'refused' {
    if (this.table?.etag !== readEtag) return 'refused';
    this.table = { etag, metadata };
    this.tables.push(this.table);
    return 'written';
  }

  /** @param turn waits until this worker may make its next call; never answers one whose process has ended */
  ports(turn: (call: string) => Promise<void>): TransformPorts {
    return {
      raw: {
        open: async ({ versionId }) => {
          await turn('open');
          const found = this.versions.find((version) => version.versionId === versionId);
          if (found === undefined) return undefined;
          return {
            facts: { etag: `"${sha256Hex(found.bytes)}"`, bytes: found.bytes.length, uploadedAt: found.lastModified },
            download: (path) => writeFile(path, found.bytes),
            discard: () => {},
          };
        },
        current: async () => {
          await turn('current');
          return this.current;
        },
        list: async () => {
          await turn('list');
          return [...this.versions];
        },
      },
      manifests: {
        read: async (identity) => {
          await turn('read manifest');
          return this.manifests.get(identity);
        },
        create: async (manifest) => {
          await turn('create manifest');
          const standing = this.manifests.get(manifest.identity) ?? manifest;
          this.manifests.set(manifest.identity, standing);
          return standing;
        },
      },
      outputs: { store: () => turn('store') },
      currentTable: {
        read: async () => {
          await turn('read table');
          return this.table && { ...currentTableFactsOf(this.table.metadata), etag: this.table.etag };
        },
        // An ETag is of the bytes: the same version's table has the same one whenever it comes back.
        replace: async (_key, readEtag, winner, onDisk) => {
          await turn('replace');
          // What a worker has on disk is its own version's, and may be put there as that alone.
          const tables = [...winner.outputs, ...onDisk].filter(({ role }) => role === 'table');
          if (new Set(tables.map(({ sha256 }) => sha256)).size !== 1) throw new Error("another version's table");
          return this.#put(winner.identity, tableMetadataOf(winner, 'pass'), readEtag);
        },
        empty: async (_key, readEtag, removal) => {
          await turn('empty');
          const metadata = removalMetadataOf(removal);
          return this.#put(`${metadata.identity} ${removal.kind}`, metadata, readEtag);
        },
      },
      catalog: { enter: () => turn('enter') },
      completions: {
        publish: async (manifest) => {
          await turn('publish');
          this.#tell(completionIdOf(manifest.identity));
        },
        publishRemoval: async (removal) => {
          await turn('publish removal');
          this.#tell(removalDetailOf(removal, 'processed').removal_id);
        },
      },
      lease: { hold: async (_identity, work) => ({ kind: 'done', value: await work() }) },
      journal: { step: () => {} },
    };
  }
}
