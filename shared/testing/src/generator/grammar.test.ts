import { expect, test } from 'vitest';
import { expandRule } from './expand.ts';
import { GRAMMAR } from './grammar.ts';
import { Random } from './random.ts';

test.each(Object.keys(GRAMMAR))(
  'rule %s: every alternative can be drawn, none is empty or leaves a slot open',
  (rule) => {
    expect(GRAMMAR[rule]?.every((alternative) => alternative.trim() !== '')).toBe(true);
    const random = new Random(3);
    for (let i = 0; i < 300; i++) expect(expandRule(rule, random)).toMatch(/^[^{}[\]|]+$/);
  },
);

test('a rule that is not there is our mistake', () => {
  expect(() => expandRule('gravel', new Random(1))).toThrow(/no rule "gravel"/);
});
