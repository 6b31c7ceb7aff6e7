/** Waiting so that no more than so many messages a second go out. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Waits until `count` more messages may go; ends early, without a throw, when the signal is aborted. */
  wait(count: number): Promise<void>;
}

/** @param perSecond undefined: as fast as it goes */
export function paceOf(perSecond: number | undefined, signal: AbortSignal): Pace {
  let freeAtMs = performance.now();
  return {
    async wait(count) {
      if (perSecond === undefined) return;
      const nowMs = performance.now();
      const waitMs = freeAtMs - nowMs;
      freeAtMs = Math.max(freeAtMs, nowMs) + (count / perSecond) * 1000;
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
    },
  };
}
