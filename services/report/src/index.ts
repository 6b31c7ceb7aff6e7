export * from './completion-message.ts';
export { type BiasSettings, biasOf } from './core/bias/summary.ts';
export { checkTable } from './core/checks.ts';
export * from './core/validation.ts';
export * from './errors.ts';
export * from './report-upload.ts';
export * from './rollup/refresh-rollup.ts';
export * from './rollup/s3-rollup.ts';
