/** The child process that works on files, one after another. Its parent alone decides when it ends. */
import { describeError } from '@tastetrend/aws';
import { outputKey, profileSchema } from '@tastetrend/contracts';
import { selectParquetWriter } from '@tastetrend/transform';
import { Folder } from './folder-ports.ts';
import { inspectFile, openNoWriter } from './inspect-file.ts';
import { processFile } from './process-file.ts';
import type { FileTask, FileWork, WorkerMessage } from './worker-messages.ts';

const send = (message: WorkerMessage): void => void process.send?.(message);

process.on('message', (task: FileTask) => {
  work(task).then(
    (result) => send({ kind: 'done', work: result }),
    (error: unknown) => send({ kind: 'failed', cause: describeError(error) }),
  );
});
// Ctrl-C comes to the whole group; without a parent there is nobody to work for.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));

async function work({ path, key, directory, verb }: FileTask): Promise<FileWork> {
  const onState = (state: string) => send({ kind: 'state', state });
  const onProgress = (share: number) => send({ kind: 'progress', share });
  if (verb === 'local') {
    return { manifest: await processFile(path, key, directory, await selectParquetWriter(), onState, onProgress) };
  }
  const manifest = await processFile(path, key, directory, openNoWriter, onState, onProgress);
  const folder = new Folder(directory);
  const text = await folder.readText(outputKey(manifest.identity, 'profile'));
  const profile = text === undefined ? null : profileSchema.parse(JSON.parse(text));
  return { manifest, details: await inspectFile(path, manifest, profile, folder) };
}
