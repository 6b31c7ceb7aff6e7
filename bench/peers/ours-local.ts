/** ours-local.ts transform|report FILE FOLDER: one half of `tastetrend local`, so that each is measured by itself. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Folder, localFile, reportPorts, transformPorts } from '@tastetrend/cli/local';
import { identityOf, manifestKey, pipeline } from '@tastetrend/contracts';
import { reportUpload } from '@tastetrend/report';
import { processFileVersion, selectParquetWriter } from '@tastetrend/transform';

const [half, path, directory] = process.argv.slice(2) as [string, string, string];
const folder = new Folder(directory);
const nothing = () => {};

if (half === 'transform') {
  const file = await localFile(path, 'reviews.csv');
  const ports = transformPorts(path, file, folder, nothing, nothing);
  await processFileVersion(file.version, ports, await selectParquetWriter());
  writeFileSync(folder.pathOf('identity'), identityOf(file.version));
} else {
  // It is told of by an event, and does not read the file.
  const identity = readFileSync(folder.pathOf('identity'), 'utf8');
  const settings = { thresholds: pipeline.checks, bias: pipeline.bias };
  const manifest = { identity, manifest_key: manifestKey(identity) };
  const outcome = await reportUpload(manifest, settings, reportPorts(folder, nothing));
  if (outcome.kind !== 'reported' || outcome.bias.keeping !== 'written') throw new Error('nothing was reported anew');
}
