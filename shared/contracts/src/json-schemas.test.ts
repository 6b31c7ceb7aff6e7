import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jsonSchemaFiles } from './json-schemas.ts';

const folder = new URL('../schemas/', import.meta.url);

test('promise 9: the checked-in JSON Schemas are those of the contracts', () => {
  const checkedIn = Object.fromEntries(
    readdirSync(folder).map((file) => [file.replace('.schema.json', ''), readFileSync(new URL(file, folder), 'utf8')]),
  );
  // After a field was added: npm run schemas. A field that is changed or removed needs a new version instead.
  expect(checkedIn).toEqual(jsonSchemaFiles());
});
