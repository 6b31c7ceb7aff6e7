export { canRunPipeline } from './availability.ts';
export { objectCreatedEvent, objectDeletedEvent, scheduledEvent } from './events.ts';
export type { Fault } from './faults.ts';
export { eventually, type LogLine, type RunningPipeline, startPipeline, type UploadedVersion } from './pipeline.ts';
