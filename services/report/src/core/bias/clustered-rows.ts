/**
 * Coded rows in the order in which they are resampled: the rows of one review_id (a cluster) side by side, clusters of one
 * size side by side, and these in a seeded order, so that no part of them is a part of the file.
 */
import { SENSITIVE_ATTRIBUTES, type SensitiveAttribute } from '@tastetrend/contracts';
import type { CodedRows } from './coded-rows.ts';
import type { Random } from './random.ts';

/** All clusters of one size. */
export interface SizeStratum {
  /** Rows of each cluster. */
  readonly size: number;
  readonly clusters: number;
  /** Row at which the first of them begins; the next begins `size` rows on. */
  readonly rowStart: number;
}

export interface ClusteredRows {
  readonly rows: number;
  readonly clusters: number;
  /** By size, ascending. */
  readonly strata: readonly SizeStratum[];
  readonly groups: Readonly<Record<SensitiveAttribute, Uint8Array>>;
  readonly rating: Uint16Array;
  readonly logSpent: Int32Array;
  readonly hasText: Uint8Array;
  readonly location: Uint8Array;
  readonly partyBand: Uint8Array;
}

export function clustered(coded: CodedRows, random: Random): ClusteredRows {
  const { rows, reviews, review } = coded;
  const sizes = new Uint32Array(reviews);
  for (let row = 0; row < rows; row++) sizes[review[row] as number] = (sizes[review[row] as number] as number) + 1;
  const { order, strata } = ordered(sizes, random);
  // Where each cluster's next row goes; the rows of a cluster keep their order.
  const next = new Uint32Array(reviews);
  let at = 0;
  for (const cluster of order) {
    next[cluster] = at;
    at += sizes[cluster] as number;
  }
  const place = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    const cluster = review[row] as number;
    place[row] = next[cluster] as number;
    next[cluster] = (place[row] as number) + 1;
  }
  const placed = <T extends Uint8Array | Uint16Array | Int32Array>(codes: T, into: T): T => {
    for (let row = 0; row < rows; row++) into[place[row] as number] = codes[row] as number;
    return into;
  };
  const bytes = (codes: Uint8Array) => placed(codes, new Uint8Array(rows));
  return {
    rows,
    clusters: reviews,
    strata,
    groups: Object.fromEntries(
      SENSITIVE_ATTRIBUTES.map((attribute) => [attribute, bytes(coded.groups[attribute])]),
    ) as Record<SensitiveAttribute, Uint8Array>,
    rating: placed(coded.rating, new Uint16Array(rows)),
    logSpent: placed(coded.logSpent, new Int32Array(rows)),
    hasText: bytes(coded.hasText),
    location: bytes(coded.location),
    partyBand: bytes(coded.partyBand),
  };
}

/** The clusters by size, those of one size shuffled. */
function ordered(sizes: Uint32Array, random: Random): { order: Uint32Array; strata: SizeStratum[] } {
  const clustersOf = new Map<number, number>();
  for (const size of sizes) clustersOf.set(size, (clustersOf.get(size) ?? 0) + 1);
  const strata: SizeStratum[] = [];
  const firstOf = new Map<number, number>();
  let rowStart = 0;
  let first = 0;
  for (const [size, clusters] of [...clustersOf].sort(([a], [b]) => a - b)) {
    strata.push({ size, clusters, rowStart });
    firstOf.set(size, first);
    rowStart += size * clusters;
    first += clusters;
  }
  const order = new Uint32Array(sizes.length);
  const next = new Map(firstOf);
  for (let cluster = 0; cluster < sizes.length; cluster++) {
    const size = sizes[cluster] as number;
    const at = next.get(size) as number;
    order[at] = cluster;
    next.set(size, at + 1);
  }
  for (const { size, clusters } of strata) {
    const start = firstOf.get(size) as number;
    random.shuffle(order, start, start + clusters);
  }
  return { order, strata };
}
