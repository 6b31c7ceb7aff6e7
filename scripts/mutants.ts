/**
 * Small breakages made by machine of any TypeScript: comparisons and other operators swapped, conditions negated, calls
 * such as `.trim()` and whole statements dropped, constants changed, regular expressions loosened part by part.
 */
import { parseAst } from 'rolldown/parseAst';

export interface Mutant {
  /** From 1. */
  readonly line: number;
  /** Its line or lines, before and after, without white space around them: what names it, as lines move. */
  readonly before: string;
  readonly after: string;
  /** The whole source with it. */
  readonly source: string;
}

/** The characters from `start` to `end` become `text`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
};

/** Calls that give back what they were called on, but for a difference: without them, that is missing. */
const CLEANING = new Set(['trim', 'trimEnd', 'trimStart', 'toLowerCase', 'normalize', 'replace', 'replaceAll', 'sort']);

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && typeof (value as Syntax).type === 'string';
}

function childrenOf(node: Syntax): Syntax[] {
  return Object.entries(node).flatMap(([key, value]) => (key === 'parent' ? [] : [value].flat().filter(isSyntax)));
}

/** Every mutant of a source, in the order of its text. */
export function mutantsOf(source: string): Mutant[] {
  const edits: Edit[] = [];
  const visit = (node: Syntax, isTable: boolean): void => {
    if (node.type === 'ImportDeclaration') return;
    // Types do nothing; what they stand beside may.
    if (node.type.startsWith('TS')) {
      if (isSyntax(node.expression)) visit(node.expression, isTable);
      return;
    }
    edits.push(...editsOf(node, source, isTable));
    const { id } = node;
    const isInTable = node.type === 'VariableDeclarator' && isSyntax(id) ? /^[A-Z_]+$/.test(String(id.name)) : isTable;
    for (const child of childrenOf(node)) visit(child, isInTable);
  };
  visit(parseAst(source, { lang: 'ts' }) as unknown as Syntax, false);
  const seen = new Set([source]);
  return edits
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .flatMap((edit) => {
      const mutated = source.slice(0, edit.start) + edit.text + source.slice(edit.end);
      if (seen.has(mutated) || !isParsed(mutated)) return [];
      seen.add(mutated);
      return [mutantOf(source, mutated, edit)];
    });
}

function mutantOf(source: string, mutated: string, { start, end, text }: Edit): Mutant {
  const from = source.lastIndexOf('\n', start - 1) + 1;
  const linesOf = (whole: string, to: number) => {
    const lineEnd = whole.indexOf('\n', to);
    const lines = whole.slice(from, lineEnd < 0 ? undefined : lineEnd).split('\n');
    return lines.map((line) => line.trim()).join(' ');
  };
  return {
    line: source.slice(0, start).split('\n').length,
    before: linesOf(source, end),
    after: linesOf(mutated, start + text.length),
    source: mutated,
  };
}

function isParsed(source: string): boolean {
  try {
    parseAst(source, { lang: 'ts' });
    return true;
  } catch {
    return false;
  }
}

function editsOf(node: Syntax, source: string, isTable: boolean): Edit[] {
  const { start, end } = node;
  const textOf = (part: unknown) => (isSyntax(part) ? source.slice(part.start, part.end) : '');
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const { left, right, operator } = node as unknown as { left: Syntax; right: Syntax; operator: string };
      if (operator === '??') return [{ start: left.end, end: right.end, text: '' }];
      const at = source.indexOf(operator, left.end);
      return (OPERATORS[operator] ?? []).map((text) => ({ start: at, end: at + operator.length, text }));
    }
    case 'UnaryExpression':
      return node.operator === '!' ? [{ start, end, text: textOf(node.argument) }] : [];
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement': {
      const test = node.test as Syntax;
      // These have a mutant of their own that says the same.
      if (/^(?:[!=]==|!)$/.test(String(test.operator))) return [];
      return [{ start: test.start, end: test.end, text: `!(${textOf(test)})` }];
    }
    case 'CallExpression': {
      const callee = node.callee as Syntax;
      const property = callee.property;
      const isCleaning = isSyntax(property) && CLEANING.has(String(property.name));
      return isCleaning ? [{ start, end, text: textOf(callee.object) }] : [];
    }
    case 'ExpressionStatement':
    case 'ContinueStatement':
    case 'BreakStatement':
      return [{ start, end, text: ';' }];
    case 'Property': {
      const key = node.key as Syntax;
      return isTable && key.type === 'Identifier'
        ? [{ start: key.start, end: key.end, text: `'${textOf(key)}~'` }]
        : [];
    }
    case 'Literal':
      return literalEdits(node, source.slice(start, end)).map((text) => ({ start, end, text }));
    default:
      return [];
  }
}

function literalEdits(node: Syntax, text: string): string[] {
  const { value, regex } = node as unknown as { value: unknown; regex?: { pattern: string; flags: string } };
  if (regex) return regexMutants(regex.pattern, regex.flags);
  if (typeof value === 'boolean') return [String(!value)];
  if (typeof value === 'number') return [`${value + 1}`, ...(value === 0 ? [] : [`${value - 1}`])];
  if (typeof value === 'string') return [`${text.slice(0, -1)}~${text.slice(-1)}`];
  return [];
}

/** A regular expression without an anchor, a flag, an alternative, a member of a class …, each by itself. */
function regexMutants(pattern: string, flags: string): string[] {
  const found = patternEdits(pattern).map(({ start, end, text }) => ({
    pattern: pattern.slice(0, start) + text + pattern.slice(end),
    flags,
  }));
  for (const flag of flags) found.push({ pattern, flags: flags.replace(flag, '') });
  return found.flatMap(({ pattern: source, flags: all }) => {
    try {
      new RegExp(source, all);
      return [`/${source === '' ? '(?:)' : source}/${all}`];
    } catch {
      return [];
    }
  });
}

const ESCAPE = /\\(?:u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|p\{\w+\}|.)/y;
const QUANTIFIER = /[?*+]|\{(\d+)(?:(,)(\d*))?\}/y;

function match(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function patternEdits(pattern: string): Edit[] {
  const edits: Edit[] = [];
  /** Open groups: where each starts, its first alternative, and the bars behind that. */
  const groups = [{ start: 0, inner: 0, bars: [] as number[] }];
  const closeGroup = (end: number) => {
    const { inner, bars } = groups.at(-1) as (typeof groups)[number];
    if (bars.length === 0) return;
    const edges = [inner - 1, ...bars, end];
    for (let i = 0; i + 1 < edges.length; i++) {
      const [from, to] = [edges[i] as number, edges[i + 1] as number];
      edits.push(i === 0 ? { start: from + 1, end: to + 1, text: '' } : { start: from, end: to, text: '' });
    }
  };
  for (let at = 0; at < pattern.length; ) {
    const start = at;
    const character = pattern[at] as string;
    let atomStart = at;
    if (character === '\\') at += match(ESCAPE, pattern, at)?.[0].length ?? 2;
    else if (character === '[') at = classEnd(pattern, at, edits);
    else if (character === '(') {
      const head = /^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/.exec(pattern.slice(at))?.[0] ?? '(';
      groups.push({ start: at, inner: at + head.length, bars: [] });
      at += head.length;
      continue;
    } else if (character === ')') {
      closeGroup(at);
      atomStart = groups.pop()?.start ?? 0;
      at += 1;
      if (/^\(\?<?[=!]/.test(pattern.slice(atomStart))) edits.push({ start: atomStart, end: at, text: '' });
    } else if (character === '|') {
      groups.at(-1)?.bars.push(at);
      at += 1;
      continue;
    } else {
      at += character.length;
      if (character === '^' || character === '$') {
        edits.push({ start, end: at, text: '' });
        continue;
      }
    }
    at = quantifierEnd(pattern, atomStart, at, edits);
  }
  closeGroup(pattern.length);
  return edits;
}

/** Drops each member of the class at `start`. @returns the class's end */
function classEnd(pattern: string, start: number, edits: Edit[]): number {
  let at = start + 1;
  if (pattern[at] === '^') {
    edits.push({ start: at, end: at + 1, text: '' });
    at += 1;
  }
  const members: Edit[] = [];
  const memberEnd = (from: number) => from + (match(ESCAPE, pattern, from)?.[0].length ?? 1);
  while (at < pattern.length && pattern[at] !== ']') {
    let end = memberEnd(at);
    if (pattern[end] === '-' && pattern[end + 1] !== ']') end = memberEnd(end + 1);
    members.push({ start: at, end, text: '' });
    at = end;
  }
  if (members.length > 1) edits.push(...members);
  return at + 1;
}

/** Changes how often the atom from `start` to `end` may occur. @returns the end of its quantifier */
function quantifierEnd(pattern: string, start: number, end: number, edits: Edit[]): number {
  const found = match(QUANTIFIER, pattern, end);
  if (found === null) return end;
  const [sign, least, comma, most] = found;
  const to = end + sign.length;
  const change = (text: string) => edits.push({ start: end, end: to, text });
  if (sign === '?' || sign === '*') edits.push({ start, end: to, text: '' });
  if (sign === '?') change('');
  if (sign === '*') change('+');
  if (sign === '+') change('');
  if (least !== undefined) {
    const many = Number(least);
    const bounds = (from: number, till: string | undefined) => change(comma ? `{${from},${till}}` : `{${from}}`);
    bounds(many + 1, most);
    if (many > 0) bounds(many - 1, most);
    if (most) {
      bounds(many, String(Number(most) + 1));
      bounds(many, String(Number(most) - 1));
    }
  }
  return to;
}
