export * from './batch.ts';
export * from './clients.ts';
export * from './configuration.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './failure-log.ts';
export * from './object-store.ts';
export * from './observability.ts';
