import { isWordForMissing } from './missing.ts';

export interface ReviewId {
  /** Without its suffix; null when missing or damaged. */
  readonly id: string | null;
  readonly isSuffixed: boolean;
  readonly isDamaged: boolean;
}

const SUFFIX = /(?:_dup|_copy)$/i;
const SUFFIX_CHARS_MAX = '_copy'.length;

/** `R12_dup`, `R12_copy` → `R12`, marked as suffixed; `#NAME?`, `null`, `N/A` → no id. */
export function parseReviewId(cell: string): ReviewId {
  const trimmed = cell.trim();
  if (trimmed === '') return { id: null, isSuffixed: false, isDamaged: false };
  const id = withoutSuffixes(trimmed);
  if (id === '' || isWordForMissing(id)) return { id: null, isSuffixed: false, isDamaged: true };
  return { id, isSuffixed: id.length !== trimmed.length, isDamaged: false };
}

/** One suffix after the other: a single pattern for all would take time by the square of a hostile id's length. */
function withoutSuffixes(trimmed: string): string {
  let id = trimmed;
  while (SUFFIX.test(id.slice(-SUFFIX_CHARS_MAX))) id = id.slice(0, id.lastIndexOf('_')).trimEnd();
  return id;
}
