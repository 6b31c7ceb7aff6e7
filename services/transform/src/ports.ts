/** What the use case needs of the world, named for what it does. The adapters stand in s3-ports.ts and lease.ts. */
import type { CurrentTableFacts, FileVersion, Manifest, Removal, TableKind } from '@tastetrend/contracts';
import type { LocalOutput } from './core/output-files.ts';

export interface RawFacts {
  readonly etag: string;
  readonly bytes: number;
  /** S3's LastModified, ISO 8601 in UTC. */
  readonly uploadedAt: string;
}

/** A version or delete marker as raw lists it. */
export interface RawVersion {
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  /** ISO 8601 in UTC. */
  readonly lastModified: string;
}

export interface RawVersions {
  /**
   * Opens a version; undefined when it is gone. Facts and bytes come from one answer.
   * `download` writes the bytes to a path, and throws when they are not as many as announced; `discard` reads none.
   */
  open(
    version: FileVersion,
  ): Promise<{ facts: RawFacts; download(path: string): Promise<void>; discard(): void } | undefined>;
  /** The versionId that is current, undefined when there is none (never was, or is deleted). */
  current(key: string): Promise<string | undefined>;
  /** All versions of the key, newest first; delete markers among them. */
  list(key: string): Promise<readonly RawVersion[]>;
}

export interface Manifests {
  read(identity: string): Promise<Manifest | undefined>;
  /** Creates it once. @returns the manifest that stands: this one, or the one that another delivery created before. */
  create(manifest: Manifest): Promise<Manifest>;
}

export interface VersionOutputs {
  /** Writes each output once under the identity's prefix; what is there already stays. */
  store(identity: string, outputs: readonly LocalOutput[]): Promise<void>;
}

/** The current table of a raw key, which all versions of the key compete for. */
export interface CurrentTable {
  read(rawKey: string): Promise<(CurrentTableFacts & { readonly etag: string }) | undefined>;
  /**
   * Puts the manifest's table in the place of the one that was read (`undefined`: of none).
   * @param onDisk outputs of the winner that need not be read again; none of them is believed without its checksum
   * @returns `refused` when the place has changed since
   */
  replace(
    rawKey: string,
    readEtag: string | undefined,
    winner: Manifest,
    onDisk: readonly LocalOutput[],
  ): Promise<'written' | 'refused'>;
  /** Puts an empty table there: to remove the object would leave nothing that a slow worker's write could be held off by. */
  empty(rawKey: string, readEtag: string | undefined, removal: Removal): Promise<'written' | 'refused'>;
}

/** What query engines are told of: each raw key's current table, under its kind. */
export interface Catalog {
  /**
   * Enters it once; what is there already stays.
   * @param isLikelyThere look before writing: a write that is refused costs twelve times as much as a look
   */
  enter(rawKey: string, kind: TableKind, isLikelyThere: boolean): Promise<void>;
}

export interface Completions {
  publish(manifest: Manifest): Promise<void>;
  publishRemoval(removal: Removal): Promise<void>;
}

/** Keeps two workers from doing the same work at once. It saves work and is never the truth. */
export interface Lease {
  hold<T>(
    identity: string,
    work: () => Promise<T>,
  ): Promise<{ kind: 'done'; value: T } | { kind: 'busy'; retryAfterS: number } | { kind: 'done_before' }>;
}

/** One line for each step of a file version. */
export interface Journal {
  step(name: string, facts?: Readonly<Record<string, string | number | boolean | null>>): void;
  /** How much of the transform is done, from 0 to 1; told a hundred times at most. */
  progress?(share: number): void;
}

export interface TransformPorts {
  readonly raw: RawVersions;
  readonly manifests: Manifests;
  readonly outputs: VersionOutputs;
  readonly currentTable: CurrentTable;
  readonly catalog: Catalog;
  readonly completions: Completions;
  readonly lease: Lease;
  readonly journal: Journal;
}
