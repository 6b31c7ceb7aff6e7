/** Timings of the pipeline, divided so that a local run need not wait as long as AWS would. */

/**
 * @param seconds a timing of the description
 * @param timeFactor how many times faster the local pipeline runs; 1 leaves everything as it is on AWS
 * @returns whole seconds, as AWS's settings are; what was more than none stays at least one
 */
export function scaleSeconds(seconds: number, timeFactor: number): number {
  if (!(timeFactor >= 1)) throw new RangeError(`a time factor is 1 or more, not ${timeFactor}`);
  return seconds === 0 ? 0 : Math.max(1, Math.ceil(seconds / timeFactor));
}
