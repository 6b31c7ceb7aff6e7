/**
 * All of them, each to its end, also where one fails: nothing goes on behind the back of a failure, when the process may
 * already be frozen or at the next delivery.
 * @throws what the first of them in the list that failed threw
 */
export async function allOf<Results extends readonly unknown[]>(
  all: {
    readonly [At in keyof Results]: Promise<Results[At]>;
  },
): Promise<Results> {
  const ended = await Promise.allSettled(all as readonly Promise<unknown>[]);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ended.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}
