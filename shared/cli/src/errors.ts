/** The command was used wrongly: exit code 2, and what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
