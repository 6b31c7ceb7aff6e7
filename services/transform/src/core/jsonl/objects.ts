/** One line of JSON Lines as cells: the object's fields as text, numbers as they were written. Source: jsonlines.org. */

export type JsonRow =
  | { readonly kind: 'fields'; readonly fields: ReadonlyMap<string, string> }
  | { readonly kind: 'not_json' | 'not_an_object' };

interface RawJson {
  readonly rawJSON: string;
}

/** JSON.rawJSON of ECMAScript 2026, which the standard library's types do not have yet. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
};

/** @param text one line, decoded */
export function parseJsonRow(text: string): JsonRow {
  let value: unknown;
  try {
    value = JSON.parse(text, keepNumberText);
  } catch {
    return { kind: 'not_json' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRawJSON(value)) {
    return { kind: 'not_an_object' };
  }
  const fields = new Map<string, string>();
  for (const [name, field] of Object.entries(value)) fields.set(name, cellOf(field));
  return { kind: 'fields', fields };
}

/** `4.0` stays `4.0`, and an id of twenty digits keeps them all, at any depth. */
function keepNumberText(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? rawJSON(context.source) : value;
}

function cellOf(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (isRawJSON(value)) return value.rawJSON;
  return JSON.stringify(value);
}
