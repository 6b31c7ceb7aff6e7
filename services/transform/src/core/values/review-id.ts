import { isWordForMissing } from './missing.ts';

export interface ReviewId {
  /** Without its suffix; null when missing or damaged. */
  readonly id: string | null;
  readonly isSuffixed: boolean;
  readonly isDamaged: boolean;
}

const SUFFIX = /(?:_dup|_copy)+$/i;

/** `R12_dup`, `R12_copy` → `R12`, marked as suffixed; `#NAME?`, `null`, `N/A` → no id. */
export function parseReviewId(cell: string): ReviewId {
  const trimmed = cell.trim();
  if (trimmed === '') return { id: null, isSuffixed: false, isDamaged: false };
  const id = trimmed.replace(SUFFIX, '');
  if (id === '' || isWordForMissing(id)) return { id: null, isSuffixed: false, isDamaged: true };
  return { id, isSuffixed: id.length !== trimmed.length, isDamaged: false };
}
