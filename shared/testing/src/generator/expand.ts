import assert from 'node:assert/strict';
import { GRAMMAR } from './grammar.ts';
import type { Random } from './random.ts';

type Choice = readonly Part[][];
type Part = string | Choice;

const compiledRules = new Map<string, Part[][]>();

/** One alternative of a rule of the grammar, with all its parts drawn. Throws (an assertion) for a rule that is not there. */
export function expandRule(rule: string, random: Random): string {
  return expandChoice(compileRule(rule), random);
}

function expandChoice(choice: Choice, random: Random): string {
  let text = '';
  for (const part of random.pick(choice)) text += typeof part === 'string' ? part : expandChoice(part, random);
  return text;
}

function compileRule(rule: string): Choice {
  const known = compiledRules.get(rule);
  if (known) return known;
  const alternatives = GRAMMAR[rule];
  assert(alternatives && alternatives.length > 0, `the grammar has no rule "${rule}"`);
  const compiled: Part[][] = [];
  compiledRules.set(rule, compiled);
  for (const alternative of alternatives) compiled.push(compileAlternative(alternative));
  return compiled;
}

function compileAlternative(alternative: string): Part[] {
  return alternative
    .split(/(\{\w+\}|\[[^\]]+\])/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      if (piece.startsWith('{')) return compileRule(piece.slice(1, -1));
      if (piece.startsWith('[')) return piece.slice(1, -1).split('|').map(compileAlternative);
      return piece;
    });
}
