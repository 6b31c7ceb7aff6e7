export { canRunPipeline } from './availability.ts';
export type { Fault } from './faults.ts';
export { eventually, type LogLine, type RunningPipeline, startPipeline, type UploadedVersion } from './pipeline.ts';
export { objectCreatedEvent, objectDeletedEvent } from './s3-event.ts';
