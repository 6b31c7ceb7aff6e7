/** One file on this machine through both services: what the chain does, with a folder in the place of AWS. */
import { identityOf, type Manifest, manifestKey, pipeline } from '@tastetrend/contracts';
import { reportUpload } from '@tastetrend/report';
import { type OpenParquetWriter, processFileVersion } from '@tastetrend/transform';
import { Folder, reportPorts, transformPorts } from './folder-ports.ts';
import { localFile } from './local-file.ts';

/**
 * @param directory where its objects are put, under their keys in the processed bucket
 * @param onState told what the file is at, in a word or two
 * @param onProgress told how much of the cleaning is done, from 0 to 1
 * @throws Error when the file cannot be read, or is written to meanwhile
 */
export async function processFile(
  path: string,
  key: string,
  directory: string,
  openWriter: OpenParquetWriter,
  onState: (state: string) => void,
  onProgress: (share: number) => void,
): Promise<Manifest> {
  onState('reading');
  const file = await localFile(path, key);
  const folder = new Folder(directory);
  onState('cleaning');
  const outcome = await processFileVersion(
    file.version,
    transformPorts(path, file, folder, (step) => step === 'stored' && onState('reporting'), onProgress),
    openWriter,
  );
  if (outcome.kind === 'busy') throw new Error('a file of this machine has no lease that another could hold');
  const { manifest } = outcome;
  const identity = identityOf(file.version);
  await reportUpload(
    { identity, manifest_key: manifestKey(identity) },
    { thresholds: pipeline.checks, bias: pipeline.bias },
    reportPorts(folder, () => {}),
  );
  await file.assertUnchanged();
  return manifest;
}
