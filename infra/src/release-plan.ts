/** What a release has to do, decided from what the bucket holds and what this checkout is. */
import { nextVersion } from './artifacts.ts';

export interface PublishedVersion {
  readonly version: string;
  readonly sourcesSha256: string;
}

export type ReleasePlan =
  /** Nothing lies under the number: build and upload. */
  | { readonly kind: 'publish' }
  /** These very sources, or an earlier number on purpose: deploy what lies there. */
  | { readonly kind: 'reuse'; readonly why: 'same_sources' | 'rollback' | 'asked_for' }
  /** What lies under the number was asked for, and nothing does. */
  | { readonly kind: 'absent' }
  /** Somebody changed the sources and kept the number. */
  | { readonly kind: 'refuse'; readonly next: string };

/**
 * An earlier number is a rollback when this checkout has been released under another number: then nobody expects its
 * sources to go live. Sources that were never released, under a number that is taken, are a forgotten new number.
 * @param reuse deploy what lies under the number, whatever this checkout is
 */
export function planRelease(
  version: string,
  sourcesSha256: string,
  published: readonly PublishedVersion[],
  reuse: boolean,
): ReleasePlan {
  const taken = published.find((one) => one.version === version);
  if (taken === undefined) return { kind: reuse ? 'absent' : 'publish' };
  if (taken.sourcesSha256 === sourcesSha256) return { kind: 'reuse', why: 'same_sources' };
  if (reuse) return { kind: 'reuse', why: 'asked_for' };
  const released = published.some((one) => one.sourcesSha256 === sourcesSha256);
  if (released) return { kind: 'reuse', why: 'rollback' };
  return { kind: 'refuse', next: nextVersion(published.map((one) => one.version)) };
}
