export * from './completion-event.ts';
export * from './identity.ts';
export * from './layout.ts';
export * from './manifest.ts';
export * from './pipeline.ts';
export * from './profile.ts';
export * from './s3-event.ts';
export * from './tables.ts';
