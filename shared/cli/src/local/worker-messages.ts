/** What parent and child processes say to each other, as JSON. */
import type { Manifest } from '@tastetrend/contracts';
import type { Details } from './inspect-file.ts';

/** To the child: a file to work on. It gets the next one when it has answered. */
export interface FileTask {
  readonly verb: 'local' | 'inspect';
  readonly path: string;
  readonly key: string;
  /** Where the child puts the objects that the file becomes. */
  readonly directory: string;
}

export interface FileWork {
  readonly manifest: Manifest;
  /** For `inspect`. */
  readonly details?: Details;
}

/** From the child. */
export type WorkerMessage =
  | { readonly kind: 'state'; readonly state: string }
  /** How much of the cleaning is done, from 0 to 1. */
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly work: FileWork }
  | { readonly kind: 'failed'; readonly cause: string };
