/** What can go wrong in a report. Wrong data is none of these: it has a report of its own, which says so. */
import { BrokenWorldError } from '@tastetrend/aws';

/** A manifest or profile that should be there is absent, unreadable, or not the one that was promised. */
export class CommittedObjectError extends BrokenWorldError {
  override readonly name = 'CommittedObjectError';
}

/** What reading a table threw, told as its cause: a failure of the world or of ours stays what it is. */
export function unreadableTable(identity: string, error: unknown): Error {
  if (error instanceof BrokenWorldError || error instanceof ReportAssertionError) return error;
  return new CommittedObjectError(`the table of ${identity} cannot be read`, error);
}

/** A summary could be neither written nor found written. */
export class ReportNotKeptError extends BrokenWorldError {
  override readonly name = 'ReportNotKeptError';
}

/** We are wrong, not the data and not the world: counts that cannot be, so that no report may say them. */
export class ReportAssertionError extends Error {
  override readonly name = 'ReportAssertionError';
}
