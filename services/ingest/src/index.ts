export * from './backfill.ts';
export { backfillPorts } from './backfill-ports.ts';
export * from './dead-letters.ts';
export * from './follow.ts';
export type { OperatorAccess } from './operator-access.ts';
export * from './process.ts';
export * from './upload.ts';
