/**
 * Whom the cleaning dropped: a group's share of the rows of each fate, from the profile's counts. Rows that were dropped
 * are only counted, so that nothing can be resampled: intervals are Wilson's, with the design effect that the group's share
 * has among the accepted rows, whose review_ids are known; that of a share's change is Newcombe's.
 */
import type { BiasCleaning, BiasEstimate, GroupCounts, RowFates } from '@tastetrend/contracts';
import { withheldEstimate } from './estimate.ts';
import { rounded } from './rounded.ts';
import { newcombeInterval, wilsonInterval } from './wilson.ts';

export interface DesignEffects {
  /** Of the group's share of rows. */
  readonly share: number;
  /** Of what all rows of one of the group's review_ids have in common. */
  readonly own: number;
}

/**
 * @param cell the group's counts
 * @param all those of all the file's rows
 */
export function cleaningOf(cell: GroupCounts, all: GroupCounts, effects: DesignEffects): BiasCleaning {
  const shareOf = (fate: keyof RowFates) => quotient(cell[fate], all[fate], effects.share);
  return {
    rows: {
      uploaded: cell.uploaded,
      accepted: cell.accepted,
      duplicates: cell.duplicates,
      quarantined: cell.quarantined,
    },
    shares: {
      uploaded: shareOf('uploaded'),
      accepted: shareOf('accepted'),
      duplicates: shareOf('duplicates'),
      quarantined: shareOf('quarantined'),
    },
    share_change: shareChange(cell, all, effects.share),
    kept_rate: quotient(cell.accepted, cell.uploaded, effects.own),
  };
}

function quotient(part: number, whole: number, designEffect: number): BiasEstimate {
  if (whole === 0) return withheldEstimate('no_rows');
  const { low, high } = wilsonInterval(part, whole, designEffect);
  return { value: rounded(part / whole), low: rounded(low), high: rounded(high), reason: null };
}

/**
 * Uploaded rows are the accepted and the dropped ones (D). With A accepted of N rows, the change is
 * p_A − (A p_A + D p_D) / N = (D / N) (p_A − p_D): a difference of the shares of two sets that have no row in common.
 */
function shareChange(cell: GroupCounts, all: GroupCounts, designEffect: number): BiasEstimate {
  const dropped = all.uploaded - all.accepted;
  if (all.accepted === 0) return withheldEstimate('no_rows');
  if (dropped === 0) return { value: 0, low: 0, high: 0, reason: null };
  const ofAccepted = cell.accepted / all.accepted;
  const ofDropped = (cell.uploaded - cell.accepted) / dropped;
  const weight = dropped / all.uploaded;
  const { low, high } = newcombeInterval(
    ofAccepted,
    wilsonInterval(cell.accepted, all.accepted, designEffect),
    ofDropped,
    wilsonInterval(cell.uploaded - cell.accepted, dropped, designEffect),
  );
  return {
    value: rounded(weight * (ofAccepted - ofDropped)),
    low: rounded(weight * low),
    high: rounded(weight * high),
    reason: null,
  };
}
