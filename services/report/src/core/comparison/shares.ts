/** The change of a share between two uploads, with what chance gives. */
import type { ShareChange } from '@tastetrend/contracts';
import { rounded } from '../bias/rounded.ts';
import { newcombeInterval, wilsonInterval } from '../bias/wilson.ts';
import { normalTail } from './normal.ts';

export interface CountedShare {
  readonly count: number;
  /** Rows; above 0. */
  readonly of: number;
  /** Different review_ids of the rows. */
  readonly reviews: number;
}

/**
 * Both shares are taken as those of so many independent draws as there are review_ids: rows of one review_id may be all
 * alike, so that this is the fewest that they can be worth. Uploads that share rows differ even less by chance, so that
 * the interval is rather too wide than too narrow. Interval by Newcombe, p-value by the score test of two shares.
 * Source of the test: Agresti 2013, "Categorical Data Analysis", 3.2.2.
 */
export function changeOfShare(before: CountedShare, now: CountedShare): Omit<ShareChange, 'what'> {
  const [one, other] = [before.count / before.of, now.count / now.of];
  const effect = ({ of, reviews }: CountedShare) => Math.max(1, of / reviews);
  const interval = ({ count, of, reviews }: CountedShare) => wilsonInterval(count, of, effect({ count, of, reviews }));
  const { low, high } = newcombeInterval(other, interval(now), one, interval(before));
  return {
    before: { count: before.count, of: before.of, share: rounded(one) },
    now: { count: now.count, of: now.of, share: rounded(other) },
    change: rounded(other - one),
    low: rounded(low),
    high: rounded(high),
    p_value: rounded(pValue(before, now)),
    q_value: 1,
    flagged: false,
  };
}

function pValue(before: CountedShare, now: CountedShare): number {
  const draws = ({ of, reviews }: CountedShare) => Math.min(of, reviews);
  const [one, other] = [before.count / before.of, now.count / now.of];
  const pooled = (one * draws(before) + other * draws(now)) / (draws(before) + draws(now));
  const variance = pooled * (1 - pooled) * (1 / draws(before) + 1 / draws(now));
  // None in both, or all: no difference.
  return variance === 0 ? 1 : Math.min(1, 2 * normalTail(Math.abs(other - one) / Math.sqrt(variance)));
}
