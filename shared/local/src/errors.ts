/** What can fail in the world around the local AWS. Each names its cause; a wrong call of ours is an assertion instead. */

/** Base of all errors of this package, for those who only need to know that the local AWS failed. */
export class LocalAwsError extends Error {
  override readonly name: string = 'LocalAwsError';
}

/** MiniStack did not come up; the message holds the last lines that it printed. */
export class MiniStackStartError extends LocalAwsError {
  override readonly name = 'MiniStackStartError';
}

/** A resource of the pipeline could not be created; the message names it. */
export class ResourceCreationError extends LocalAwsError {
  override readonly name = 'ResourceCreationError';
}

/** An event source that AWS would refuse to create, in AWS's words where it has some. */
export class InvalidEventSourceError extends LocalAwsError {
  override readonly name = 'InvalidEventSourceError';
}

/** The built bundle of a function is not where it should be. */
export class BundleMissingError extends LocalAwsError {
  override readonly name = 'BundleMissingError';
}

/** The start was called off, because its starter went away or asked for it. */
export class StartAbortedError extends LocalAwsError {
  override readonly name = 'StartAbortedError';
}

/** The process that runs the stack failed or ended by itself; the message holds what it said. */
export class SupervisorError extends LocalAwsError {
  override readonly name = 'SupervisorError';
}

/** A stack is being kept already, and there can be one at a time. */
export class StackAlreadyKeptError extends LocalAwsError {
  override readonly name = 'StackAlreadyKeptError';
}

/** The kept stack did not end within its bound. */
export class StackStopError extends LocalAwsError {
  override readonly name = 'StackStopError';
}
