import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { Region } from '../kernels.ts';
import { WrittenUids } from './written-uids.ts';

/** Adds prints by their last byte, of the rows at odd places of a batch. */
function written(last: readonly number[]): WrittenUids {
  const uids = new WrittenUids(tmpdir());
  const prints = new Region(last.length * 32);
  const rows = new Region(last.length * 4);
  prints.clear();
  last.forEach((byte, i) => {
    prints.u8[(2 * i + 1) * 16 + 15] = byte;
    rows.u32[i] = 2 * i + 1;
  });
  uids.add(rows.address, last.length, prints.address);
  prints.release();
  rows.release();
  return uids;
}

test('uids that differ in their last byte are all there', () => {
  const uids = written(Array.from({ length: 250 }, (_, i) => i + 1));
  expect(() => uids.assertUnique()).not.toThrow();
  uids.release();
});

test.each([[[1, 2, 1]], [[0, 0]], [[...Array.from({ length: 250 }, (_, i) => i), 249]]])(
  'one that comes twice is found: %j',
  (last) => {
    const uids = written(last);
    expect(() => uids.assertUnique()).toThrow('two rows of the table have the same review_uid');
    uids.release();
  },
);
