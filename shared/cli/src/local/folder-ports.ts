/** The ports of both services over a folder of this machine: objects are files under their keys. */
import { type FileHandle, mkdir, open, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Manifest, manifestKey, manifestSchema, outputKey } from '@tastetrend/contracts';
import type { ReportPorts } from '@tastetrend/report';
import type { TransformPorts } from '@tastetrend/transform';
import type { Objects } from '../fetch-outputs.ts';
import type { LocalFile } from './local-file.ts';

export type OnStep = (step: string) => void;

/** Stands for the processed bucket. Its keys are made of identities and dates, so that each is a path. */
export class Folder implements Objects {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  pathOf(key: string): string {
    return join(this.#directory, key);
  }

  async readText(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.pathOf(key), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async readBytes(key: string, start: number, end: number): Promise<ArrayBuffer | undefined> {
    let file: FileHandle;
    try {
      file = await open(this.pathOf(key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      return bytes.buffer.slice(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async putOnce(key: string, text: string): Promise<'written' | 'refused'> {
    const path = await this.room(key);
    try {
      await writeFile(path, text, { flag: 'wx' });
      return 'written';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'refused';
      throw error;
    }
  }

  /** The path of a key, in a folder that is there. */
  async room(key: string): Promise<string> {
    const path = this.pathOf(key);
    await mkdir(dirname(path), { recursive: true });
    return path;
  }

  /** Moves it: here an object is wanted once, and a table may be large. */
  async fetch(key: string, path: string): Promise<void> {
    await rename(this.pathOf(key), path);
  }
}

/** One file version, one worker, one delivery: nobody to compete with for a lease or a key. */
export function transformPorts(
  path: string,
  file: LocalFile,
  folder: Folder,
  onStep: OnStep,
  onProgress: (share: number) => void,
): TransformPorts {
  const { version, etag, bytes, uploadedAt } = file;
  const read = async (identity: string): Promise<Manifest | undefined> => {
    const text = await folder.readText(manifestKey(identity));
    return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text));
  };
  return {
    raw: {
      open: async () => ({
        facts: { etag, bytes, uploadedAt },
        // The file is where it is; a gigabyte need not be copied to be read.
        download: (to) => symlink(resolve(path), to),
        discard: () => {},
      }),
      current: async () => version.versionId,
      list: async () => [{ versionId: version.versionId, isDeleteMarker: false, lastModified: uploadedAt }],
    },
    manifests: {
      read,
      async create(manifest) {
        await folder.putOnce(manifestKey(manifest.identity), `${JSON.stringify(manifest, null, 1)}\n`);
        return manifest;
      },
    },
    outputs: {
      async store(identity, outputs) {
        for (const output of outputs) await rename(output.path, await folder.room(outputKey(identity, output.role)));
      },
    },
    // The table is copied out under the name of the current one, which here is the only one.
    currentTable: { read: async () => undefined, replace: async () => 'written', empty: async () => 'written' },
    // There is no engine that looks into a folder by itself.
    catalog: { enter: async () => {} },
    completions: { publish: async () => {}, publishRemoval: async () => {} },
    lease: { hold: async (_identity, work) => ({ kind: 'done', value: await work() }) },
    journal: { step: onStep, progress: onProgress },
  };
}

export function reportPorts(folder: Folder, onStep: OnStep): ReportPorts {
  return { committed: folder, reports: folder, onStep };
}
