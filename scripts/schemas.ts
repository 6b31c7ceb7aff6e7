/** npm run schemas: writes shared/contracts/schemas from the contracts. A test fails while the two differ. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchemaFiles } from '../shared/contracts/src/json-schemas.ts';

const folder = fileURLToPath(new URL('../shared/contracts/schemas/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(jsonSchemaFiles())) {
  writeFileSync(`${folder}${name}.schema.json`, text);
  console.log(`shared/contracts/schemas/${name}.schema.json`);
}
