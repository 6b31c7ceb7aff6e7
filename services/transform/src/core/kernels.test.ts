import { generateSample } from '@tastetrend/testing';
import { expect, test } from 'vitest';
import { bytesInRegions, kernels, Region } from './kernels.ts';
import type { OpenParquetWriter } from './parquet/types.ts';
import { openJsonLines, transformed } from './transformed.fixture.ts';

test('a region keeps what was in it when it grows, and its neighbours keep theirs', () => {
  const regions = Array.from({ length: 20 }, (_, i) => {
    const region = new Region(100 + i);
    region.u8.fill(i);
    return region;
  });
  regions.forEach((region, i) => {
    const bytes = region.bytes;
    region.grow(bytes * 3);
    expect([...new Set(region.u8.subarray(0, bytes))]).toEqual([i]);
    region.u8.fill(i);
  });
  regions.forEach((region, i) => {
    expect([...new Set(region.u8)]).toEqual([i]);
    region.release();
  });
});

test('memory never grows under anybody who holds a view of it', () => {
  const { buffer } = kernels.memory;
  const view = new Uint8Array(buffer, 0, 16);
  const regions = Array.from({ length: 7 }, () => new Region(100_000_000));
  // Not compared by the test's own means: it would print a gigabyte.
  expect(kernels.memory.buffer === buffer).toBe(true);
  expect(view.length).toBe(16);
  for (const region of regions) region.release();
  expect(() => new Region(2_000_000_000)).toThrow();
});

test('what writes past the end of a region is found out', () => {
  const region = new Region(64);
  new Uint8Array(kernels.memory.buffer, region.address, 65).fill(1);
  expect(() => region.release()).toThrow('a kernel wrote past the end of its region of 64 bytes');
});

test('a file that is done, rejected or broken off leaves nothing in memory', async () => {
  const refusing: OpenParquetWriter = async () => ({
    writeRowGroup: async () => {
      throw new Error('the disk is full');
    },
    finish: async () => {},
  });
  const older = `id,text\n${'1,plain text\n'.repeat(100_000)}2,Cr\u00e8me\n`;
  const all = async () => {
    await transformed(generateSample(1, 'eastside').bytes);
    await transformed('{"id":"1","text":"x"}\n{"id":\n{"id":"1_dup","text":"y"}\n');
    await transformed('location,address,categories\na,b,c\n');
    await transformed(Buffer.from(older, 'latin1'));
    await transformed('nothing,known\n1,2\n');
    await transformed(Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), Buffer.alloc(20)]));
    await expect(transformed('id,text\n1,x\n', {}, refusing)).rejects.toThrow('the disk is full');
    await transformed('id,text\n1,x\n', {}, openJsonLines);
  };
  await all();
  const before = bytesInRegions();
  await all();
  expect(bytesInRegions()).toBe(before);
  expect(before).toBe(0);
});
