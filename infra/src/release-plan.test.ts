import { describe, expect, it } from 'vitest';
import { nextVersion } from './artifacts.ts';
import { planRelease } from './release-plan.ts';

const published = [
  { version: '0.1', sourcesSha256: 'one' },
  { version: '0.2', sourcesSha256: 'two' },
];

describe('planRelease', () => {
  it.each([
    ['a new number', '0.3', 'three', false, { kind: 'publish' }],
    ['the same sources again', '0.2', 'two', false, { kind: 'reuse', why: 'same_sources' }],
    ['an earlier number from the checkout of a later one', '0.1', 'two', false, { kind: 'reuse', why: 'rollback' }],
    ['changed sources under the number that is live', '0.2', 'three', false, { kind: 'refuse', next: '0.3' }],
    ['changed sources under an earlier number', '0.1', 'three', false, { kind: 'refuse', next: '0.3' }],
    ['the same, on purpose', '0.1', 'three', true, { kind: 'reuse', why: 'asked_for' }],
    ['nothing to reuse', '0.9', 'three', true, { kind: 'absent' }],
  ] as const)('%s', (_, version, sources, reuse, plan) => {
    expect(planRelease(version, sources, published, reuse)).toEqual(plan);
  });
});

describe('nextVersion', () => {
  it('counts by number, and starts at 0.1', () => {
    expect(nextVersion(['0.9', '0.10', '0.2'])).toBe('0.11');
    expect(nextVersion(['1.0', '0.10'])).toBe('1.1');
    expect(nextVersion([])).toBe('0.1');
  });
});
