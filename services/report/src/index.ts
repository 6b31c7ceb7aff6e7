export * from './completion-message.ts';
export { type BiasSettings, biasOf } from './core/bias/summary.ts';
export { checkTable } from './core/checks.ts';
export * from './core/validation.ts';
export * from './errors.ts';
export * from './refresh-rollup.ts';
export * from './report-upload.ts';
