export type { MalformedKind } from './generator/malformed.ts';
export { Random } from './generator/random.ts';
export type { SchemaName } from './generator/restaurants.ts';
export type { DateFormat } from './generator/review-date.ts';
export { type GeneratedReviews, type GenerateOptions, generateReviews } from './generator/reviews.ts';
export {
  generateReviewSamples,
  generateSample,
  generateSampleFiles,
  type RestaurantInfoSample,
  type ReviewSample,
  type SampleFile,
  writeSampleFiles,
} from './generator/samples.ts';
export type { FileTruth, RecoverableColumn, RowTruth } from './generator/truth.ts';
export { ReadbackEnded, ReadbackTimeout, ReaderUnavailable, UnreadableParquet } from './readback/errors.ts';
export {
  openReaders,
  type ParquetColumn,
  type ParquetContents,
  type ParquetEngine,
  type ParquetReaders,
  type ParquetValue,
  readParquet,
} from './readback/readback.ts';
