export { type AwsAccess, type AwsClients, createClients, LOCAL_CREDENTIALS } from './clients.ts';
export * from './errors.ts';
export { findKeptStack, type KeptStack, type PipelineNames, recordFileOf, stopKeptStack } from './kept-stack.ts';
export { type MiniStack, type MiniStackOptions, startMiniStack } from './ministack.ts';
export * from './resources.ts';
export { scaleSeconds } from './scaled-timings.ts';
export { type Stack, type StackOptions, type StackSettings, startStack } from './stack.ts';
export { type SupervisedOptions, type SupervisedStack, startSupervised } from './supervised.ts';
