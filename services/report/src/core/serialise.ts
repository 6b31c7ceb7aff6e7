/** From a summary to its bytes: the same summary gives the same bytes, whoever writes it and however often. */
import { ReportAssertionError } from '../errors.ts';

/** The part of a zod schema that is used here. */
export interface Schema<Value> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Value }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };
}

interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const ISSUES_MAX = 8;

/**
 * JSON with 2 spaces and a line end, each object and array that holds no other on a line of its own: one measure, one line.
 * Keys stand in the schema's order, and what the schema does not know is left out, so that nothing gets into a report by
 * accident.
 * @throws ReportAssertionError when the summary is not what its schema says
 */
export function serialiseByLine<Summary>(schema: Schema<Summary>, summary: Summary): string {
  return `${byLine(checked(schema, summary), '')}\n`;
}

function byLine(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const isLeaf = entries.every(([, part]) => typeof part !== 'object' || part === null);
  if (isLeaf) return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = entries.map(
    ([key, part]) => `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${byLine(part, inner)}`,
  );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

function checked<Summary>(schema: Schema<Summary>, summary: Summary): Summary {
  const parsed = schema.safeParse(summary);
  if (!parsed.success) {
    throw new ReportAssertionError(`a summary does not fit its schema: ${issuesInOneLine(parsed.error.issues)}`);
  }
  return parsed.data;
}

/** What a kept text says. @returns undefined where it is nothing of this schema, or not there */
export function parsed<Value>(schema: Schema<Value>, text: string | undefined): Value | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text ?? 'null'));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** `path: message` of the first few, in which no value is repeated. */
export function issuesInOneLine(issues: readonly SchemaIssue[]): string {
  const named = issues.slice(0, ISSUES_MAX).map(({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`);
  const more = issues.length > ISSUES_MAX ? [`and ${issues.length - ISSUES_MAX} more`] : [];
  return [...named, ...more].join('; ');
}

/** By code unit, and so independent of any locale: the order of everything in a report that has no order of its own. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
