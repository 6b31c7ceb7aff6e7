/**
 * The kernels' memory and functions, one instance for the process. Kernels take addresses into that memory; whoever
 * allocates a region releases it. Calls are synchronous: nothing else runs between them. The memory has all its addresses
 * from the start and never grows, so that a view of it stays good; what nobody has written to takes no memory.
 */
import { KERNELS } from '../../kernels/build/kernels.ts';

/** As much of the standard's types as is used here: they come with a browser's library, which this code has not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** What services/transform/kernels exports; addresses and counts are whole numbers below 2^31. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer };
  allocate(bytes: number): number;
  release(address: number): void;
  scan(
    from: number,
    to: number,
    isEnd: boolean,
    firstLine: number,
    delimiter: number,
    columnCount: number,
    rowBytesMax: number,
    fieldBytesMax: number,
    fields: number,
    records: number,
    rowsMax: number,
  ): number;
  scanSaid(): number;
  lineEnd(from: number, to: number): number;
  lineBreaks(start: number, end: number): number;
  escapeJson(start: number, length: number, out: number): number;
  linesBeyondAscii(start: number, length: number): number;
  cleanIds(
    fields: number,
    stride: number,
    n: number,
    starts: number,
    lengths: number,
    suffixed: number,
    odd: number,
  ): void;
  cleanNames(
    fields: number,
    stride: number,
    n: number,
    starts: number,
    lengths: number,
    prefixed: number,
    odd: number,
  ): void;
  cleanNumbers(fields: number, stride: number, n: number, values: number, present: number, odd: number): void;
  cleanTexts(
    fields: number,
    stride: number,
    n: number,
    starts: number,
    lengths: number,
    counts: number,
    odd: number,
    arena: number,
  ): number;
  intern(
    fields: number,
    stride: number,
    n: number,
    codes: number,
    slots: number,
    mask: number,
    entries: number,
    sizeMax: number,
    bytes: number,
    state: number,
  ): void;
  markAndCount(codes: number, n: number, isOdd: number, odd: number, counts: number): void;
  printRows(
    vectors: number,
    rowsMax: number,
    n: number,
    directory: number,
    scratch: number,
    scratchBytes: number,
  ): number;
  pickRows(flags: number, n: number, bit: number, rows: number): number;
  textBytes(rows: number, n: number, lengths: number): number;
  appendTexts(
    rows: number,
    n: number,
    starts: number,
    lengths: number,
    bytes: number,
    used: number,
    offsets: number,
    nulls: number,
  ): number;
  appendHex(rows: number, n: number, prints: number, bytes: number, used: number, offsets: number): void;
  appendCodes(rows: number, n: number, codes: number, map: number, out: number, nulls: number): number;
  appendIntegersByCode(rows: number, n: number, codes: number, values: number, out: number, nulls: number): number;
  appendDoublesByCode(rows: number, n: number, codes: number, values: number, out: number, nulls: number): number;
  appendDoubles(rows: number, n: number, values: number, present: number, out: number, nulls: number): number;
  appendCounts(rows: number, n: number, counts: number, lengths: number, out: number, nulls: number): number;
  appendUnsigned(rows: number, n: number, values: number, out: number): void;
  appendBit(rows: number, n: number, flags: number, bit: number, out: number): number;
  copyRecordWord(records: number, recordBytes: number, word: number, n: number, out: number): void;
  countCodes(rows: number, n: number, codes: number, counts: number): void;
  gatherPrints(rows: number, n: number, prints: number, out: number): void;
  hasEqualPrints(start: number, end: number): boolean;
  derive(vectors: number, rowsMax: number, rows: number, n: number): number;
  tally(
    vectors: number,
    rowsMax: number,
    rows: number,
    n: number,
    isKept: boolean,
    groups: number,
    ratings: number,
    counters: number,
  ): void;
  blake2b128(start: number, length: number, out: number): void;
  murmur128(start: number, length: number, out: number): void;
  countPrefixes(prints: number, count: number, counts: number): void;
  scatterPrints(
    prints: number,
    count: number,
    flags: number,
    flagsWanted: number,
    verdicts: number,
    verdictMask: number,
    verdictWanted: number,
    number: number,
    isDense: boolean,
    cursors: number,
  ): number;
  sortPrints(start: number, end: number, work: number): void;
  markCopies(start: number, end: number, flags: number, kept: number, verdicts: number): void;
  markRepeats(start: number, end: number, kept: number): void;
  countUp(numbers: number, count: number): void;
  settleRows(kept: number, verdicts: number, count: number): void;
  markConflicts(start: number, end: number, verdicts: number): void;
  markSiblings(start: number, end: number, groups: number, verdicts: number): number;
  listSiblings(groups: number, verdicts: number, count: number, rows: number, keys: number): void;
  rankSiblings(start: number, end: number, rank: number, keys: number, place: number): number;
  orderSiblings(start: number, end: number, keys: number): void;
  keepOrdinals(rows: number, keys: number, count: number, verdicts: number): number;
  xxHash64(start: number, length: number): bigint;
  dictionaryOfTexts(
    bytes: number,
    offsets: number,
    nulls: number,
    rows: number,
    slots: number,
    hashes: number,
    firsts: number,
    indices: number,
    sizeMax: number,
  ): number;
  dictionaryOfNumbers(
    values: number,
    width: number,
    nulls: number,
    rows: number,
    slots: number,
    distinct: number,
    indices: number,
    sizeMax: number,
  ): number;
  dictionaryOfCodes(
    codes: number,
    nulls: number,
    rows: number,
    stamps: number,
    stamp: number,
    firsts: number,
    indices: number,
    sizeMax: number,
  ): number;
  orderTexts(
    bytes: number,
    offsets: number,
    entries: number,
    size: number,
    indices: number,
    indexCount: number,
    scratch: number,
  ): void;
  orderNumbers(distinct: number, size: number, indices: number, indexCount: number, scratch: number): void;
  encodeHybrid(values: number, count: number, bitWidth: number, out: number): number;
  encodeLevels(nulls: number, from: number, to: number, out: number): number;
  plainTexts(
    bytes: number,
    offsets: number,
    entries: number,
    nulls: number,
    from: number,
    to: number,
    out: number,
  ): number;
  plainNumbers(values: number, width: number, nulls: number, from: number, to: number, out: number): number;
  plainNarrowed(values: number, count: number, out: number): number;
  plainBits(values: number, nulls: number, from: number, to: number, out: number): number;
  widenInt32(values: number, nulls: number, rows: number, out: number): number;
  widenDoubles(values: number, nulls: number, rows: number, out: number): number;
  widenLengths(offsets: number, entries: number, nulls: number, from: number, to: number, out: number): number;
  encodeDelta(values: number, count: number, isInt32: boolean, out: number): number;
  joinTexts(
    bytes: number,
    offsets: number,
    entries: number,
    nulls: number,
    from: number,
    to: number,
    out: number,
  ): number;
  measureTexts(
    offsets: number,
    entries: number,
    nulls: number,
    from: number,
    to: number,
    bytesMax: number,
    end: number,
  ): number;
  fillBloomFilter(
    bytes: number,
    offsets: number,
    entries: number,
    nulls: number,
    rows: number,
    blocks: number,
    blockCount: number,
  ): void;
  rangeOfDoubles(values: number, nulls: number, rows: number, out: number): number;
  rangeOfIntegers(values: number, width: number, nulls: number, rows: number, out: number): number;
  rangeOfTexts(bytes: number, offsets: number, entries: number, nulls: number, rows: number, out: number): number;
}

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNELS, 'base64')), {
  env: {
    abort() {
      throw new Error('a kernel ran out of memory');
    },
  },
});

export const kernels = exports as unknown as Kernels;

/** Behind each region; a kernel that writes past its region is found out when the region is released. */
const GUARD_BYTES = 16;
const GUARD = 0xab;

/** Part of the kernels' memory. It moves when it grows: its address and its views are good until then. */
export class Region {
  #address: number;
  #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#address = allocate(bytes);
  }

  get address(): number {
    return this.#address;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes it at least so large, at least doubling; what was in it stays. */
  grow(bytes: number): void {
    if (bytes <= this.#bytes) return;
    const larger = Math.max(bytes, this.#bytes * 2);
    const address = allocate(larger);
    new Uint8Array(kernels.memory.buffer).copyWithin(address, this.#address, this.#address + this.#bytes);
    release(this.#address, this.#bytes);
    this.#address = address;
    this.#bytes = larger;
  }

  release(): void {
    const [address, bytes] = [this.#address, this.#bytes];
    this.#address = 0;
    this.#bytes = 0;
    if (address > 0) release(address, bytes);
  }

  /** Sets all of it to zero. */
  clear(): void {
    this.u8.fill(0);
  }

  get u8(): Uint8Array {
    return new Uint8Array(kernels.memory.buffer, this.#address, this.#bytes);
  }

  get i32(): Int32Array {
    return new Int32Array(kernels.memory.buffer, this.#address, this.#bytes >> 2);
  }

  get u32(): Uint32Array {
    return new Uint32Array(kernels.memory.buffer, this.#address, this.#bytes >> 2);
  }

  get f64(): Float64Array {
    return new Float64Array(kernels.memory.buffer, this.#address, this.#bytes >> 3);
  }
}

let regionBytes = 0;

/** Bytes of all regions that have not been given back: what a file took must be gone when it is done. */
export function bytesInRegions(): number {
  return regionBytes;
}

function allocate(bytes: number): number {
  const address = kernels.allocate(bytes + GUARD_BYTES);
  regionBytes += bytes;
  new Uint8Array(kernels.memory.buffer, address + bytes, GUARD_BYTES).fill(GUARD);
  return address;
}

function release(address: number, bytes: number): void {
  const guard = new Uint8Array(kernels.memory.buffer, address + bytes, GUARD_BYTES);
  const isWhole = guard.every((byte) => byte === GUARD);
  kernels.release(address);
  regionBytes -= bytes;
  if (!isWhole) throw new Error(`a kernel wrote past the end of its region of ${bytes} bytes`);
}
