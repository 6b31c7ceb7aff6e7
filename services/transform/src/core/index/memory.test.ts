import { expect, test, vi } from 'vitest';
import { kernels } from '../kernels.ts';
import { ROW_FLAGS, type RowBatch } from './row-index.ts';
import { newIndex, offerJson, readJson } from './rows.fixture.ts';

const held = vi.hoisted(() => ({ now: 0, peak: 0 }));

/** Counts what all regions hold. */
vi.mock(import('../kernels.ts'), async (importOriginal) => {
  const actual = await importOriginal();
  class CountedRegion extends actual.Region {
    constructor(bytes: number) {
      super(bytes);
      held.now += bytes;
      held.peak = Math.max(held.peak, held.now);
    }

    override release(): void {
      held.now -= this.bytes;
      super.release();
    }

    override grow(): void {
      throw new Error('is not counted');
    }
  }
  return { ...actual, Region: CountedRegion };
});

const ROWS = 200_000;
const BATCH = 1000;
const SPILL_BYTES = 1 << 14;
/** Five buffers, and what a column takes to count and to sort: see `RowIndex`. */
const FIXED = 5 * SPILL_BYTES + 300_000;

function peakPerRow(flags: number, isSibling: boolean): number {
  const address = kernels.allocate(BATCH * 70);
  const at = (bytes: number) => address + bytes * BATCH;
  const batch: RowBatch = {
    count: BATCH,
    ids: at(0),
    visits: at(16),
    rows: at(32),
    uids: at(48),
    lines: at(64),
    flags: at(68),
  };
  held.now = held.peak = 0;
  const index = newIndex({ spillBytes: SPILL_BYTES, recoveredBytesMax: 0 });
  for (let first = 0; first < ROWS; first += BATCH) {
    const prints = Buffer.from(kernels.memory.buffer, address, BATCH * 64);
    for (let i = 0; i < BATCH * 4; i++) {
      const isUid = i >= BATCH * 3;
      prints.fill(0, i * 16, i * 16 + 16);
      prints.writeUInt32LE(isUid && isSibling ? 0 : Math.imul(first + (i % BATCH), 0x9e3779b1) >>> 0, i * 16);
    }
    Buffer.from(kernels.memory.buffer, batch.lines, BATCH * 4).fill(1);
    new Uint16Array(kernels.memory.buffer, batch.flags, BATCH).fill(flags);
    index.add(batch);
    if ((flags & ROW_FLAGS.suffixed) !== 0)
      for (let i = 0; i < BATCH; i++) offerJson(index, first + i, { ratingRaw: '4' });
  }
  index.resolve(readJson);
  index.uids(0, 4096);
  expect(index.uidOrdinal(ROWS - 1) > 0).toBe(isSibling);
  const perRow = (held.peak - FIXED) / ROWS;
  const { now } = held;
  expect(now / ROWS).toBeLessThan(isSibling ? 19 : 11);
  index.release();
  expect(held.now).toBe(0);
  kernels.release(address);
  return perRow;
}

const { hasId, comparable, suffixed } = ROW_FLAGS;

test.each<[string, number, boolean, number]>([
  ['of a usual file', hasId | comparable, false, 36.5],
  ['where all share a uid', hasId | comparable, true, 52.5],
  ['where all have suffixes, and something to give', hasId | comparable | suffixed, false, 47.5],
  ['where all of that comes together', hasId | comparable | suffixed, true, 52.5],
])('memory a row %s', (_name, flags, isSibling, bytes) => {
  expect(peakPerRow(flags, isSibling)).toBeLessThan(bytes);
});

test('a file that cannot be made leaves no memory behind', () => {
  held.now = 0;
  const index = newIndex({ spillBytes: 100, directory: '/not/there' });
  const address = kernels.allocate(70 * 100);
  const batch = {
    count: 100,
    ids: address,
    visits: address,
    rows: address,
    uids: address,
    lines: address,
    flags: address,
  };
  expect(() => index.add(batch)).toThrow(/ENOENT/);
  index.release();
  kernels.release(address);
  expect(held.now).toBe(0);
});
