import { describe, expect, it } from 'vitest';
import { subjectOfBody } from './failure-log.ts';

describe('subjectOfBody', () => {
  it('tells bodies apart without holding any of their text', () => {
    expect(subjectOfBody('Jane Guest')).toMatch(/^body:[0-9a-f]{64}$/);
    expect(subjectOfBody('Jane Guest')).toBe(subjectOfBody('Jane Guest'));
    expect(subjectOfBody('Jane Guest')).not.toBe(subjectOfBody('Jane guest'));
  });
});
