import { isUnfitRule } from '@tastetrend/contracts';
import { expect, it } from 'vitest';
import { RULES } from './rules.ts';

it('every rule by which a value cannot be used is one that reports and metrics know', () => {
  const refusing = Object.keys(RULES).filter((rule) => /_(unreadable|damaged|out_of_scale)$/.test(rule));
  expect(refusing.length).toBeGreaterThan(10);
  expect(refusing.filter((rule) => !isUnfitRule(rule))).toEqual([]);
});
