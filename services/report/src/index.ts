export * from './completion-message.ts';
export * from './core/bias.ts';
export { checkTable, type Thresholds } from './core/checks.ts';
export * from './core/validation.ts';
export * from './errors.ts';
export * from './report-upload.ts';
