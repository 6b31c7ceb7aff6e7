import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChunkIndex, NameTable } from './chunk-index.ts';

const nameOf = (of: string) => createHash('sha256').update(of).digest('hex').slice(0, 32);

describe('NameTable', () => {
  it('numbers names in their order, finds each again, and gives it back, however many there are', () => {
    const table = new NameTable();
    const names = Array.from({ length: 5_000 }, (_, at) => nameOf(String(at)));
    for (const [at, name] of names.entries()) expect(table.add(name)).toEqual({ number: at, isNew: true });
    for (const [at, name] of names.entries()) {
      expect([table.find(name), table.nameOf(at)]).toEqual([at, name]);
      expect(table.add(name)).toEqual({ number: at, isNew: false });
    }
    expect([table.find(nameOf('another')), table.size]).toEqual([-1, 5_000]);
  });

  it('tells names apart that differ in their last digit, and finds room for those of one slot', () => {
    const table = new NameTable();
    const names = Array.from({ length: 16 }, (_, digit) => `${'0'.repeat(31)}${digit.toString(16)}`);
    for (const name of names) table.add(name);
    expect(names.map((name) => table.find(name))).toEqual(names.map((_, at) => at));
  });
});

describe('ChunkIndex', () => {
  it('knows what each chunk says, and which were not seen, over its growth', () => {
    const index = new ChunkIndex();
    const ids = Array.from({ length: 3_000 }, (_, at) => nameOf(`chunk ${at}`));
    for (const [at, id] of ids.entries()) expect(index.add(id, nameOf(`text ${at % 10}`), nameOf(`${at}`))).toBe(true);
    expect(index.add(ids[7] as string, nameOf('x'), nameOf('y'))).toBe(false);
    for (const [at, id] of ids.entries()) {
      if (at % 3 !== 0)
        expect(index.see(id, nameOf(at % 3 === 1 ? `${at}` : 'other'))).toBe(at % 3 === 1 ? 'same' : 'other');
    }
    expect(index.see(nameOf('absent'), nameOf('0'))).toBe('absent');
    expect([...index.unseen()]).toEqual(ids.filter((_, at) => at % 3 === 0));
    expect([index.addVector(nameOf('text 3')), index.addVector(nameOf('new')), index.addVector(nameOf('new'))]).toEqual(
      [false, true, false],
    );
  });
});
