/** The validation summary of one file version: a function of its manifest, its profile and the thresholds. */
import {
  type Check,
  type Finding,
  isUnfitRule,
  type Manifest,
  type Profile,
  RESTAURANT_INFO_COLUMNS,
  REVIEW_COLUMNS,
  type Thresholds,
  UNFIT_IN,
  type Validation,
  type ValidationFindings,
  worstOf,
} from '@tastetrend/contracts';
import { ReportAssertionError } from '../errors.ts';
import { checkTable } from './checks.ts';
import type { ColumnValues, ValueSummary } from './columns/value-columns.ts';
import { assertProfileFits, assertRowsConserved } from './conservation.ts';
import { reportedVersionOf } from './reported-version.ts';
import { percentOf } from './rounding.ts';
import { byName } from './serialise.ts';

/**
 * @param profile null unless a table was made
 * @param values what is in the table's columns; null where nobody looked
 * @returns the summary, whose status is the worst of its checks
 * @throws ReportAssertionError when the manifest is of a folder marker, or its counts and the profile's disagree
 */
export function validationOf(
  manifest: Manifest,
  profile: Profile | null,
  thresholds: Thresholds,
  values: ValueSummary | null = null,
): Validation {
  const accountedFor = assertRowsConserved(manifest);
  if (profile !== null) assertProfileFits(manifest, profile);
  const checks = checksOf(manifest, profile, thresholds);
  return {
    schema: 'tastetrend.validation/1',
    ...reportedVersionOf(manifest),
    rejection: manifest.rejection,
    status: worstOf(checks),
    checks,
    counts: manifest.counts,
    conservation: { accounted_for: accountedFor, holds: true },
    findings: profile === null ? null : findingsOf(profile, values),
    inferred: manifest.inferred,
  };
}

function checksOf(manifest: Manifest, profile: Profile | null, thresholds: Thresholds): Check[] {
  switch (manifest.outcome) {
    case 'processed':
      if (profile === null) throw new ReportAssertionError(`${manifest.identity} has a table, but no profile`);
      return checkTable(manifest, profile, thresholds);
    case 'rejected':
      return [fileReadable(manifest)];
    case 'gone':
      return [FILE_PRESENT];
    case 'ignored':
      throw new ReportAssertionError(`${manifest.identity} is of a folder marker, which has no report`);
  }
}

const UNMEASURED = { observed: null, unit: null, counted: null, threshold: null };

function fileReadable({ rejection, identity }: Manifest): Check {
  if (rejection === null) throw new ReportAssertionError(`${identity} is rejected without a reason`);
  const line = rejection.line === null ? '' : ` (line ${rejection.line})`;
  return {
    name: 'file_readable',
    status: 'fail',
    ...UNMEASURED,
    message: `${rejection.message}${line}`,
    what_to_do: 'Mend the file as this says and upload it again; until then the table stays what it was.',
  };
}

const FILE_PRESENT: Check = {
  name: 'file_present',
  status: 'warn',
  ...UNMEASURED,
  message: 'This version of the file was deleted before it was read, so nothing of it was processed.',
  what_to_do: 'If it was not meant to be deleted, upload it again.',
};

/** What a summary that is there says of its table's values, so that the table need not be read to make it again. */
export function valuesIn({ findings }: Validation): ValueSummary | null {
  const { columns, histograms, months } = findings ?? {};
  if (columns === undefined || histograms === undefined || months === undefined) return null;
  return { columns: new Map(columns.map((column) => [column.column, valuesOf(column)])), histograms, months };
}

const NOT_LOOKED_AT: ColumnValues = { distinct: null, min: null, max: null, quantiles: null, top_values: null };

function valuesOf({ distinct, min, max, quantiles, top_values }: ColumnValues): ColumnValues {
  return { distinct, min, max, quantiles, top_values };
}

function findingsOf(profile: Profile, values: ValueSummary | null): ValidationFindings {
  const { ratings, dates, texts } = profile.readability;
  const rules = named(profile.rules).map(([rule, finding]) => ({ rule, ...finding }));
  return {
    blank_lines: profile.blank_lines,
    columns: inTableOrder(profile).map((column) => {
      const { present, missing } = profile.columns[column] as { present: number; missing: number };
      return {
        column,
        present,
        missing,
        missing_pct: percentOf(missing, present + missing),
        ...valuesOf(values?.columns.get(column) ?? groupsFound(profile, column)),
        invalid: rules.filter(({ rule }) => isUnfitRule(rule) && UNFIT_IN[rule] === column),
      };
    }),
    rules,
    quarantine: named(profile.quarantine).map(([reason, finding]) => ({ reason, ...finding })),
    duplicates: { exact: ordered(profile.duplicates.exact), copy: ordered(profile.duplicates.copy) },
    recovered: Object.entries(profile.recovered)
      .sort(([a], [b]) => byName(a, b))
      .map(([column, count]) => ({ column, count })),
    id_conflict_rows: profile.id_conflict_rows,
    readability: {
      ratings: { ...readableOf(ratings), out_of_scale: ratings.out_of_scale },
      dates: readableOf(dates),
      texts: readableOf(texts),
    },
    ...(values === null
      ? {}
      : {
          histograms: [...values.histograms],
          months: { cells: [...values.months.cells], cells_pooled: values.months.cells_pooled },
        }),
  };
}

/** Of a sensitive attribute how many of its groups there are: the values themselves are the bias summary's. */
function groupsFound({ groups }: Profile, column: string): ColumnValues {
  const found = Object.entries(groups[column] ?? {}).filter(
    ([group, { accepted }]) => accepted > 0 && group !== 'missing' && group !== 'unreadable',
  );
  return column in groups ? { ...NOT_LOOKED_AT, distinct: found.length } : NOT_LOOKED_AT;
}

function readableOf({ uploaded, readable }: { uploaded: number; readable: number }) {
  return { uploaded, readable, unreadable: uploaded - readable, readable_pct: percentOf(readable, uploaded) };
}

/** The profile's columns as the table has them; those of an older or newer table come last, by name. */
function inTableOrder({ kind, columns }: Profile): string[] {
  const table: string[] = (kind === 'reviews' ? REVIEW_COLUMNS : RESTAURANT_INFO_COLUMNS).map(({ name }) => name);
  const others = Object.keys(columns).filter((column) => !table.includes(column));
  return [...table.filter((column) => column in columns), ...others.sort(byName)];
}

function named(findings: Readonly<Record<string, Finding>>): [string, Finding][] {
  return Object.entries(findings)
    .sort(([a], [b]) => byName(a, b))
    .map(([name, finding]) => [name, ordered(finding)]);
}

function ordered({ count, first_lines }: Finding): Finding {
  return { count, first_lines: [...first_lines].sort((a, b) => a - b) };
}
