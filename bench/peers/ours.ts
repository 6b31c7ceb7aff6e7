/** ours.ts RAW OUT [WRITER]: the whole contract by the core of services/transform, file by file. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selectParquetWriter, transformFile } from '@tastetrend/transform';

const [rawFolder, outFolder, writer] = process.argv.slice(2) as [string, string, string | undefined];
const openWriter = await selectParquetWriter(writer);
const report: Record<string, object> = {};

for (const name of readdirSync(rawFolder)
  .filter((file) => /_reviews\.(?:csv|txt)$/.test(file))
  .sort()) {
  const directory = join(outFolder, name);
  mkdirSync(directory, { recursive: true });
  const context = {
    identity: 'b'.repeat(64),
    sourceFile: name,
    sourceVersion: 'v1',
    uploadedAt: '2026-01-02T03:04:05.000Z',
  };
  const result = await transformFile(join(rawFolder, name), context, directory, openWriter);
  if (result.kind !== 'processed') throw new Error(`${name} was ${result.kind}`);
  const { rows_read, accepted, duplicates, quarantined } = result.counts;
  report[name] = {
    read: rows_read,
    accepted,
    duplicates,
    quarantined,
    conflicts: result.profile.id_conflict_rows,
    missing: Object.fromEntries(Object.entries(result.profile.columns).map(([name, { missing }]) => [name, missing])),
  };
}
writeFileSync(join(outFolder, 'report.json'), JSON.stringify(report, null, 1));
