/** What a starter and its supervisor say to each other over their channel. */

import type { AwsAccess } from './clients.ts';
import type { PipelineResources } from './resources.ts';
import type { StackSettings } from './stack.ts';

/** What the starter needs to know of the stack that the supervisor runs. */
export interface StackFacts {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsAccess['credentials'];
  readonly resources: PipelineResources;
  readonly logsDir: string;
}

export type ToSupervisor =
  | { readonly kind: 'start'; readonly settings: StackSettings }
  /** Live on without the starter, and say in this file how to be found. */
  | { readonly kind: 'keep'; readonly recordFile: string }
  | { readonly kind: 'stop' };

export type FromSupervisor =
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'ready'; readonly facts: StackFacts }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }
  | { readonly kind: 'kept' }
  | { readonly kind: 'keep_refused'; readonly message: string };
