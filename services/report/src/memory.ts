/** The bound on the function's memory, checked at start: a setting that does not fit fails before the first message. */
import { ConfigurationError } from '@tastetrend/aws';
import { pipeline } from '@tastetrend/contracts';

/** Code and clients; measured, rounded up. */
const BASE_MB = 130;
/** Manifest, profile and summaries of one message: some 3 MB, of which most is the bias summary's text. */
const MESSAGE_MB = 20;
/**
 * The one table that is measured at a time: some 60 bytes a row, what reading it leaves for the garbage collector, and 12
 * bytes for each different value of a column. Measured with 1,000,000 rows: 120 MB more than before; where no two amounts of
 * three columns are alike, up to 60 MB more.
 */
const TABLE_MB = 200;
/**
 * The one hand-over that is made at a time: 112 bytes a chunk, and what a row group leaves for the garbage collector.
 * Measured with 739,169 chunks of 1,000,000 rows, handed over anew: 140 MB more than before.
 */
const HANDOFF_MB = 170;

/** @throws ConfigurationError when the messages that may be in flight do not fit the function */
export function assertMemoryFits(functionMemoryMb: number): void {
  const inFlight = pipeline.functions.report.messages_in_flight_max;
  const needMb = BASE_MB + TABLE_MB + HANDOFF_MB + inFlight * MESSAGE_MB;
  if (needMb <= functionMemoryMb) return;
  throw new ConfigurationError(
    `${inFlight} reports in flight need ${needMb} MB; the function has ${functionMemoryMb} MB. ` +
      'Lower messages_in_flight_max or raise memory_mb.',
  );
}
