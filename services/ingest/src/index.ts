export * from './follow.ts';
export * from './upload.ts';
