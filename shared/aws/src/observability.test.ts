import { pipeline } from '@tastetrend/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { observerOf } from './observability.ts';

type Line = Record<string, unknown>;

/** Two messages in flight take turns in one process. */
describe('observerOf', () => {
  let printed = '';
  beforeEach(() => {
    printed = '';
    const take = (chunk: unknown) => {
      printed += String(chunk);
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(take);
    vi.spyOn(process.stderr, 'write').mockImplementation(take);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  function lines(): Line[] {
    const found = printed.split('\n').filter((line) => line.startsWith('{'));
    return found.map((line) => JSON.parse(line) as Line);
  }

  it('each log line carries its own message’s keys, and no other’s', () => {
    const a = observerOf('transform', 'test', { identity: 'A', only_a: 1 });
    a.logger.info('a1');
    const b = observerOf('transform', 'test', { identity: 'B', only_b: 1 });
    b.logger.info('b1', { rows: 7 });
    a.logger.warn('a2');
    b.logger.error('b2', { cause: 'x' });
    a.logger.info('a3');

    const said = lines();
    expect(said.map(({ message, identity }) => [message, identity])).toEqual([
      ['a1', 'A'],
      ['b1', 'B'],
      ['a2', 'A'],
      ['b2', 'B'],
      ['a3', 'A'],
    ]);
    for (const line of said) {
      expect(line).toMatchObject({ service: 'transform', environment: 'test' });
      expect('only_a' in line).toBe(line.identity === 'A');
      expect('only_b' in line).toBe(line.identity === 'B');
    }
    expect(said.filter((line) => 'rows' in line).map(({ message }) => message)).toEqual(['b1']);
  });

  it('each flush writes its own message’s metrics, with its own dimensions', () => {
    const a = observerOf('report', 'test', { identity: 'A' }, { status: 'pass' });
    const b = observerOf('report', 'test', { identity: 'B' });
    a.count('Rows', 'Count', 10);
    b.count('Rows', 'Count', 200);
    a.count('OnlyA', 'Count', 1);
    b.flush();
    a.flush();

    const [ofB, ofA] = lines();
    expect(ofB).toMatchObject({ Rows: 200, service: 'report', environment: 'test' });
    expect(ofA).toMatchObject({ Rows: 10, OnlyA: 1, status: 'pass', service: 'report', environment: 'test' });
    expect(ofB).not.toHaveProperty('OnlyA');
    expect(ofB).not.toHaveProperty('status');
    for (const line of [ofA, ofB]) {
      expect(line).not.toHaveProperty('identity');
      expect(JSON.stringify(line?._aws)).toContain(`"Namespace":"${pipeline.emf_namespace}"`);
    }
  });

  it('a flush without metrics writes nothing, and metrics are written once', () => {
    const observer = observerOf('report', 'test', {});
    observer.flush();
    expect(printed).toBe('');
    observer.count('Rows', 'Count', 1);
    observer.flush();
    observer.flush();
    expect(lines()).toHaveLength(1);
  });
});
