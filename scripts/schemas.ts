/**
 * npm run schemas: writes shared/contracts/schemas from the contracts. A test fails while the two differ. It refuses to change
 * or remove a field of a version that is checked in: make a new version, or give --break for one that nobody has yet.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brokenFields, jsonSchemaFiles, tablesFile } from '../shared/contracts/src/json-schemas.ts';

const folder = fileURLToPath(new URL('../shared/contracts/schemas/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(jsonSchemaFiles())) {
  const file = `${folder}${name}.schema.json`;
  const broken = existsSync(file) ? brokenFields(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(text)) : [];
  if (broken.length > 0 && !process.argv.includes('--break')) {
    process.stderr.write(`${name} is not written: ${broken.join('; ')}.\nMake a new version of it, or give --break.\n`);
    process.exitCode = 1;
    continue;
  }
  writeFileSync(file, text);
  console.log(`shared/contracts/schemas/${name}.schema.json`);
}
writeFileSync(`${folder}tables.json`, tablesFile());
console.log('shared/contracts/schemas/tables.json');
