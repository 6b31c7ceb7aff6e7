/** The checks of a processed file in words: what is judged, and how, stands in shared/contracts. */
import {
  type Check,
  type CheckName,
  type JudgedCheck,
  judgeTable,
  type Manifest,
  type Profile,
  type Thresholds,
} from '@tastetrend/contracts';
import { percentOf } from './rounding.ts';

interface CheckWords {
  /** The rest of a sentence that begins with the counted rows. */
  readonly says: string;
  readonly whatToDo: string;
}

const WORDS: Record<CheckName, CheckWords> = {
  review_text_missing_pct: {
    says: 'have no review text',
    whatToDo: 'Ask whether the export left out the texts, or whether many guests give a rating only.',
  },
  age_range_missing_pct: {
    says: 'have no age range',
    whatToDo: 'Read the figures by age group with care: they leave these guests out.',
  },
  id_conflict_rows: {
    says: 'share their review id with another customer or text',
    whatToDo: 'They were kept and are marked id_conflict; ask whether the export joins reviews with visits.',
  },
  quarantined_pct: {
    says: 'could not be trusted as rows and were set aside',
    whatToDo: 'Look at the reasons and lines under "quarantine", mend the file, and upload it again.',
  },
  rating_out_of_scale_pct: {
    says: 'are numbers that the rating scale does not have',
    whatToDo: 'See under "inferred" which scale was found, and whether the file mixes scales.',
  },
  rating_unreadable_pct: {
    says: 'could not be read as ratings',
    whatToDo: 'See the lines of rule "rating_unreadable", and whether the column is a rating at all.',
  },
  date_unreadable_pct: {
    says: 'could not be read as dates',
    whatToDo: 'See the lines of rule "date_unreadable"; dates like 2024-12-31 are never misread.',
  },
  accepted_rows_min: {
    says: 'were accepted',
    whatToDo: 'See whether the file has rows below its header, and why the others were not accepted.',
  },
};

/**
 * @param profile of the same file version
 * @returns every check of a table of this kind; a share of nothing passes, unobserved
 * @throws CheckAssertionError when the profile lacks a column that is checked
 */
export function checkTable(manifest: Manifest, profile: Profile, thresholds: Thresholds): Check[] {
  return judgeTable(manifest, profile, thresholds).map(inWords);
}

function inWords({ name, unit, counted, threshold, status }: JudgedCheck): Check {
  const { says, whatToDo } = WORDS[name];
  const facts = { name, unit, counted, threshold };
  if (unit === 'percent' && counted.of === 0) {
    const message = `There are no ${counted.of_what}, so there is nothing to check.`;
    return { ...facts, status, observed: null, message, what_to_do: null };
  }
  const observed = unit === 'percent' ? percentOf(counted.count, counted.of) : counted.count;
  const share = unit === 'percent' ? ` (${observed} %)` : '';
  const fact = `${grouped(counted.count)} of ${grouped(counted.of)} ${counted.of_what}${share} ${says}`;
  if (status === 'pass') return { ...facts, status, observed, message: `${fact}.`, what_to_do: null };
  const limit = `${threshold.direction} the limit of ${threshold[status]}${unit === 'percent' ? ' %' : ''}`;
  return { ...facts, status, observed, message: `${fact}, ${limit}.`, what_to_do: whatToDo };
}

/** 1234567 → 1,234,567, without asking a locale. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
