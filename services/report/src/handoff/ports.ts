/** What the hand-over needs of the world, named for what it does. The adapters stand in s3-handoff.ts. */
import type { Readable } from 'node:stream';
import type { ChunksReadyDetail, CurrentTableFacts } from '@tastetrend/contracts';
import type { CommittedObjects } from '../report-upload.ts';

/** What is said of a set beside it, so that nobody has to read it to know. */
export interface SetFacts {
  readonly sha256: string;
  readonly lines: number;
  /** Distinct texts: what has to be embedded when none is known. */
  readonly vectors: number;
}

export interface StandingHead {
  readonly etag: string;
  readonly detail: ChunksReadyDetail;
}

export interface HandoffPorts {
  readonly committed: CommittedObjects;
  /** The name of the bucket that all keys are of. */
  readonly processedBucket: string;
  /** What the metadata of a raw key's current table says; undefined where there is none. */
  currentTable(rawKey: string): Promise<CurrentTableFacts | undefined>;
  /** All versions of a raw key, newest first, delete markers among them. */
  rawVersions(rawKey: string): Promise<readonly { readonly versionId: string; readonly isDeleteMarker: boolean }[]>;
  readonly heads: {
    read(sourceId: string): Promise<StandingHead | undefined>;
    /** Puts a head in the place of the one that was read (`undefined`: of none). */
    replace(sourceId: string, readEtag: string | undefined, detail: ChunksReadyDetail): Promise<'written' | 'refused'>;
  };
  readonly packed: {
    /** @returns undefined when it is not there */
    open(key: string): Promise<{ readonly body: Readable; readonly facts: SetFacts } | undefined>;
    /** What is there already stays. */
    putOnce(key: string, path: string, bytes: number, facts: SetFacts): Promise<'written' | 'refused'>;
  };
  publish(detail: ChunksReadyDetail): Promise<void>;
  onStep(step: string, facts: Readonly<Record<string, string | number | null>>): void;
}
