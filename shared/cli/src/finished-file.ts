/** What became of one file, whichever way it went: through a pipeline, or through the same core on this machine. */
import type { FailureRecord } from '@tastetrend/aws';
import type { Manifest } from '@tastetrend/contracts';
import type { FetchedFile } from './fetch-outputs.ts';

export type FileEnd =
  | { readonly kind: 'reported'; readonly manifest: Manifest }
  | { readonly kind: 'dead'; readonly failure: FailureRecord }
  | { readonly kind: 'timed_out'; readonly waitedS: number }
  /** It was worked on here, and that failed: the world or we are wrong, not the data. */
  | { readonly kind: 'failed'; readonly cause: string };

export interface FinishedFile {
  readonly path: string;
  readonly key: string;
  /** Null when the file failed before its bytes were read. */
  readonly identity: string | null;
  readonly ms: number;
  readonly end: FileEnd;
  /** Absent when the file did not get to the end. */
  readonly fetched: FetchedFile | undefined;
}

export type FileStatus =
  | 'pass'
  | 'warn'
  | 'fail'
  | 'rejected'
  | 'gone'
  | 'ignored'
  | 'dead letter'
  | 'not finished'
  | 'failed';

export function statusOf({ end, fetched }: FinishedFile): FileStatus {
  switch (end.kind) {
    case 'dead':
      return 'dead letter';
    case 'timed_out':
      return 'not finished';
    case 'failed':
      return 'failed';
    case 'reported': {
      const { outcome } = end.manifest;
      return outcome === 'processed' ? (fetched?.validation?.status ?? 'fail') : outcome;
    }
  }
}

/** A file has failed unless its validation passed or warned. */
export function hasFailed(file: FinishedFile): boolean {
  return !['pass', 'warn', 'ignored'].includes(statusOf(file));
}

/** Why a file that failed did, and what to do about it; empty for one that came through. */
export function reasonsOf(file: FinishedFile): readonly string[] {
  if (!hasFailed(file)) return [];
  const { end, fetched } = file;
  switch (end.kind) {
    case 'dead': {
      const { receiveCount, service, cause } = end.failure;
      return [`failed ${receiveCount} times and lies in the dead-letter queue of ${service}. Cause: ${cause}`];
    }
    case 'timed_out':
      return [
        `not finished after ${end.waitedS} s; it may still be worked on. See \`tastetrend status\`, or wait longer with --timeout.`,
      ];
    case 'failed':
      return [`could not be processed. Cause: ${end.cause}`];
    case 'reported':
      if (end.manifest.rejection !== null) return [`rejected: ${end.manifest.rejection.message}`];
      if (end.manifest.outcome === 'gone') return ['the file was deleted before it was read'];
      return fetched?.validation?.failed ?? ['there is no validation summary'];
  }
}
