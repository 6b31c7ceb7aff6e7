import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { brokenFields, jsonSchemaFiles, tablesFile } from './json-schemas.ts';

const folder = new URL('../schemas/', import.meta.url);

test('promise 9: the checked-in JSON Schemas are those of the contracts', () => {
  const checkedIn = Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.schema.json'))
      .map((file) => [file.replace('.schema.json', ''), readFileSync(new URL(file, folder), 'utf8')]),
  );
  // After a field was added: npm run schemas. A field that is changed or removed needs a new version instead.
  expect(checkedIn).toEqual(jsonSchemaFiles());
  expect(readFileSync(new URL('tables.json', folder), 'utf8')).toBe(tablesFile());
});

describe('promise 9: within a version, fields are added, never changed or removed', () => {
  const before = {
    type: 'object',
    required: ['id', 'list'],
    properties: {
      id: { type: 'string', pattern: '^a' },
      list: { type: 'array', items: { $ref: '#/$defs/s0' } },
      either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    },
    $defs: { s0: { type: 'object', required: ['n'], properties: { n: { type: 'integer' }, m: { enum: ['x', 'y'] } } } },
  };
  const changed = (change: (schema: typeof before) => void) => {
    const after = structuredClone(before);
    change(after);
    return brokenFields(before, after);
  };
  const drop = (of: object, name: string) => Reflect.deleteProperty(of, name);

  it('a field that is added breaks nobody', () => {
    expect(changed((after) => Object.assign(after.properties, { more: { type: 'string' } }))).toEqual([]);
  });
  it.each<[string, (schema: typeof before) => void, RegExp]>([
    ['is removed', ({ properties }) => drop(properties, 'id'), /\/id is gone/],
    ['is removed deep in a list', ({ $defs }) => drop($defs.s0.properties, 'm'), /\/list\/items\/m is gone/],
    ['gets another type', ({ $defs }) => (($defs.s0.properties.n.type as string) = 'string'), /items\/n: type was/],
    ['is no longer always there', (schema) => schema.required.pop(), /\/list is no longer always there/],
    ['gets another pattern', ({ properties }) => (properties.id.pattern = '^b'), /\/id: pattern was/],
    ['may be one more value', ({ $defs }) => $defs.s0.properties.m.enum.push('z'), /items\/m: enum was/],
    ['is no longer one of two', ({ properties }) => properties.either.anyOf.pop(), /either\/anyOf\/1: type was/],
  ])('a field that %s is told', (_, change, told) => {
    expect(changed(change).join('; ')).toMatch(told);
  });
});
