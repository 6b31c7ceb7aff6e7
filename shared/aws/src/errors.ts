/** The world failed: a named error that carries its cause. Wrong data is a returned value, and we being wrong asserts. */

/** A service did not do what it was asked to; the message is retried after a backoff and ends in the DLQ with this text. */
export class BrokenWorldError extends Error {
  override readonly name: string = 'BrokenWorldError';
  constructor(message: string, cause?: unknown) {
    super(cause === undefined ? message : `${message}: ${describeError(cause)}`, { cause });
  }
}

/** An environment variable that a function needs is missing or unusable. */
export class ConfigurationError extends BrokenWorldError {
  override readonly name = 'ConfigurationError';
}

/** EventBridge answered PutEvents, but did not take the event. */
export class EventNotAcceptedError extends BrokenWorldError {
  override readonly name = 'EventNotAcceptedError';
}

/** A message that is not one of ours: a foreign event, or a body that is no JSON. Its text says what was wrong with it. */
export class ForeignMessageError extends Error {
  override readonly name = 'ForeignMessageError';
}

/**
 * `Name: message` of anything thrown, without a stack, and of what caused it; AWS's errors keep their code and HTTP status.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const status = httpStatusOf(error);
  const own = `${error.name}: ${error.message}${status === undefined ? '' : ` (HTTP ${status})`}`;
  if (!(error.cause instanceof Error)) return own;
  const cause = describeError(error.cause);
  // Ours say it in their message.
  return own.includes(cause) ? own : `${own}: ${cause}`;
}

/** The HTTP status of an error that the AWS SDK threw, if it is one. */
export function httpStatusOf(error: unknown): number | undefined {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | null | undefined)?.$metadata;
  return metadata?.httpStatusCode;
}
