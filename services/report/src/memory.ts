/** The bound on the function's memory, checked at start: a setting that does not fit fails before the first message. */
import { ConfigurationError } from '@tastetrend/aws';
import { pipeline } from '@tastetrend/contracts';

/** Code and clients; measured, rounded up. */
const BASE_MB = 130;
/**
 * A manifest and a profile are some 10 kB and need next to nothing. This is measured with a manifest that quotes headers
 * of 16 MiB, as many as `row_bytes_max` lets into a header row: text, JSON and summary of it at once.
 */
const MESSAGE_MB = 95;

/** @throws ConfigurationError when the messages that may be in flight do not fit the function */
export function assertMemoryFits(functionMemoryMb: number): void {
  const inFlight = pipeline.functions.report.messages_in_flight_max;
  const needMb = BASE_MB + inFlight * MESSAGE_MB;
  if (needMb <= functionMemoryMb) return;
  throw new ConfigurationError(
    `${inFlight} reports in flight need ${needMb} MB; the function has ${functionMemoryMb} MB. ` +
      'Lower messages_in_flight_max or raise memory_mb.',
  );
}
