/** The bias summary of one file version: how groups fared in it, and whom the cleaning dropped. */
import {
  type Bias,
  type BiasAttribute,
  type BiasGroup,
  type BiasOutcome,
  type BiasPair,
  GROUPS,
  type GroupCounts,
  type Manifest,
  type Pipeline,
  type Profile,
  SENSITIVE_ATTRIBUTES,
  type SensitiveAttribute,
  type SmallGroups,
} from '@tastetrend/contracts';
import { ReportAssertionError } from '../../errors.ts';
import { assertProfileFits, assertRowsConserved } from '../conservation.ts';
import { reportedVersionOf } from '../reported-version.ts';
import { byName } from '../serialise.ts';
import { type Partition, partitionBySize } from '../small-groups.ts';
import { qValues } from './benjamini-hochberg.ts';
import type { Strata } from './bootstrap.ts';
import { cleaningOf } from './cleaning.ts';
import { type ClusteredRows, clustered } from './clustered-rows.ts';
import { type CodedRows, MISSING_GROUP, UNREADABLE_GROUP } from './coded-rows.ts';
import { type ComparedGroup, Comparison, type Labelling, NOT_COMPARED } from './compare-groups.ts';
import { rowCellsOf } from './outcomes.ts';
import { type PairCell, pairsShown } from './pairs.ts';
import { Random } from './random.ts';
import { rounded } from './rounded.ts';
import { Tally } from './tally.ts';

/** Minimum sizes and numbers of resamples, each with its reason, in pipeline.json. */
export type BiasSettings = Pipeline['bias'];

/**
 * @param profile null unless a table was made
 * @param coded the table's rows; null where there are none to compare (`biasNeedsTable` tells)
 * @throws ReportAssertionError when the manifest is of a folder marker, or manifest, profile and table disagree
 */
export function biasOf(
  manifest: Manifest,
  profile: Profile | null,
  coded: CodedRows | null,
  settings: BiasSettings,
): Bias {
  assertRowsConserved(manifest);
  if (profile !== null) assertProfileFits(manifest, profile);
  const facts = { schema: 'tastetrend.bias/2', ...reportedVersionOf(manifest) } as const;
  const minimums = minimumsOf(settings);
  const rate = settings.false_discovery_rate.value;
  const reason = reasonNotToMeasure(manifest) ?? (coded === null ? NO_TABLE_KEPT : null);
  if (reason !== null || coded === null) {
    return {
      ...facts,
      status: 'not_applicable',
      reason,
      counts: manifest.counts,
      minimums,
      resampling: null,
      conditioned_on: null,
      flags: { false_discovery_rate: rate, tests: 0, flagged: [] },
      attributes: [],
      pairs: [],
    };
  }
  if (profile === null) throw new ReportAssertionError(`${manifest.identity} has a table, but no profile`);
  const measured = new Measuring(manifest.identity, profile, coded, settings);
  const attributes = SENSITIVE_ATTRIBUTES.map((attribute) => measured.attribute(attribute));
  const pairs = measured.pairs();
  return {
    ...facts,
    status: 'measured',
    reason: null,
    counts: manifest.counts,
    minimums,
    resampling: measured.resampling(),
    conditioned_on: measured.conditionedOn,
    flags: flag(attributes, pairs, rate),
    attributes,
    pairs,
  };
}

/** Whether there are rows to compare, so that the table has to be read. */
export function biasNeedsTable(manifest: Manifest): boolean {
  return reasonNotToMeasure(manifest) === null;
}

const NO_TABLE_KEPT = 'The table was not kept, as in an inspection, so there are no rows to compare.';

function reasonNotToMeasure({ outcome, kind }: Manifest): string | null {
  if (outcome === 'rejected') return 'The file was rejected as a whole, so there are no rows to compare.';
  if (outcome === 'gone') return 'The version was deleted before it was read, so there are no rows to compare.';
  return kind === 'restaurant_info' ? 'Restaurant info is about restaurants: it says nothing of any guest.' : null;
}

function minimumsOf(settings: BiasSettings): Bias['minimums'] {
  return {
    cell: { rows: settings.cell_min.value, reviews: settings.cell_min.value },
    measure: { rows: settings.measure_rows_min.value, reviews: settings.measure_reviews_min.value },
    pair: { rows: settings.pair_rows_min.value, reviews: settings.pair_reviews_min.value },
  };
}

const PAIRS = [
  ['gender_norm', 'ethnicity_norm'],
  ['gender_norm', 'age_group'],
  ['ethnicity_norm', 'age_group'],
] as const satisfies readonly (readonly [SensitiveAttribute, SensitiveAttribute])[];

interface Part {
  readonly names: readonly string[];
  /** Rows of each group, by its code. */
  readonly tally: Tally;
  readonly partition: Partition;
  readonly labelling: Labelling;
}

class Measuring {
  readonly conditionedOn: { column: 'location' | 'party_size'; strata: number };
  readonly #profile: Profile;
  readonly #settings: BiasSettings;
  readonly #rows: ClusteredRows;
  readonly #parts: Readonly<Record<SensitiveAttribute, Part>>;
  readonly #pairLabellings: readonly PairLabelling[];
  readonly #comparison: Comparison;
  readonly #permutationsMax: number;
  readonly #ratingsAreExact: boolean;
  readonly #all: GroupCounts;

  constructor(identity: string, profile: Profile, coded: CodedRows, settings: BiasSettings) {
    this.#profile = profile;
    this.#settings = settings;
    this.#all = added(Object.values(profile.groups[SENSITIVE_ATTRIBUTES[0]] ?? {}));
    this.#rows = clustered(coded, new Random(identity, 'clusters'));
    this.#parts = Object.fromEntries(
      SENSITIVE_ATTRIBUTES.map((attribute) => [attribute, this.#partOf(attribute, coded.namesOf(attribute))]),
    ) as Record<SensitiveAttribute, Part>;
    this.#pairLabellings = PAIRS.map((pair) => this.#pairLabelling(pair));
    const isByLocation = coded.locations > 1;
    const strata = strataOf(isByLocation ? this.#rows.location : this.#rows.partyBand);
    this.conditionedOn = { column: isByLocation ? 'location' : 'party_size', strata: strata.count };
    const cells = rowCellsOf(this.#rows);
    this.#ratingsAreExact = cells.ratingsAreExact;
    const permutationsMin = settings.permutations_min.value;
    this.#comparison = new Comparison(this.#rows, cells, strata, identity, {
      bootstrapResamples: settings.bootstrap_resamples.value,
      permutationsMin,
      exceedancesEnough: settings.exceedances_enough.value,
      rowsMin: settings.measure_rows_min.value,
      reviewsMin: settings.measure_reviews_min.value,
    });
    const labellings = [...SENSITIVE_ATTRIBUTES.map((name) => this.#parts[name].labelling), ...this.#pairLabellings];
    const tests = labellings.reduce((sum, labelling) => sum + this.#comparison.testsOf(labelling), 0);
    // So many that a single difference among all tests can be flagged: 1 / (1 + permutations) ≤ rate / tests.
    const needed = Math.ceil(tests / settings.false_discovery_rate.value);
    this.#permutationsMax = Math.max(permutationsMin, needed);
  }

  resampling(): Bias['resampling'] {
    const { clusters } = this.#rows;
    return {
      reviews: clusters,
      bags: this.#comparison.units.count,
      bootstrap_resamples: this.#settings.bootstrap_resamples.value,
      permutations_min: this.#settings.permutations_min.value,
      permutations_max: this.#permutationsMax,
      permuted_rows: this.#comparison.plan.permutedRows,
      ratings_are_exact: this.#ratingsAreExact,
    };
  }

  attribute(attribute: SensitiveAttribute): BiasAttribute {
    const { names, partition, labelling } = this.#parts[attribute];
    const compared = this.#comparison.compare(labelling, this.#permutationsMax);
    const comparisonOf = (group: string) => compared[labelling.groups.indexOf(names.indexOf(group))] ?? NOT_COMPARED;
    const shownAs = (group: string): BiasGroup => {
      const code = names.indexOf(group);
      return {
        group,
        reviews: this.#parts[attribute].tally.sizeOf(code, 'all').group.reviews,
        cleaning: this.#cleaning(attribute, [group]),
        ...comparisonOf(group),
      };
    };
    return {
      attribute,
      groups: partition.shown.map(shownAs),
      small_groups: this.#smallGroups(attribute),
      missing: shownAs(MISSING_GROUP),
      unreadable: shownAs(UNREADABLE_GROUP),
    };
  }

  pairs(): BiasPair[] {
    return this.#pairLabellings.map((labelling) => {
      const compared = this.#comparison.compare(labelling, this.#permutationsMax);
      return {
        attributes: [...labelling.attributes],
        groups: labelling.names.map((groups, i) => ({
          groups: [...groups],
          sizes: labelling.tally.sizeOf(labelling.groups[i] as number, 'all'),
          ...(compared[i] as ComparedGroup),
        })),
      };
    });
  }

  #partOf(attribute: SensitiveAttribute, names: readonly string[]): Part {
    const codes = this.#rows.groups[attribute];
    const tally = new Tally(this.#rows, codes, names.length);
    const counts = this.#profile.groups[attribute] ?? {};
    assertTableFits(attribute, names, tally, counts);
    const sizeOf = (group: string) => ({
      uploaded: counts[group]?.uploaded ?? 0,
      // No more than the people: a person has rows of one group.
      accepted: tally.sizeOf(names.indexOf(group), 'all').group.reviews,
    });
    const known = peopleGroups(attribute, [...names, ...Object.keys(counts)]);
    const partition = partitionBySize(known, sizeOf, this.#settings.cell_min.value);
    const compared = partition.poolIsTooSmall ? [] : [...partition.shown, MISSING_GROUP, UNREADABLE_GROUP];
    const groups = compared
      .map((group) => names.indexOf(group))
      .filter((code) => code >= 0 && this.#isMeasured(tally, code));
    return { names, tally, partition, labelling: { labels: labelsFor(codes, groups), groups, tally } };
  }

  #isMeasured(tally: Tally, code: number): boolean {
    const { group, others } = tally.sizeOf(code, 'all');
    const { measure_rows_min, measure_reviews_min } = this.#settings;
    return (
      Math.min(group.rows, others.rows) >= measure_rows_min.value &&
      Math.min(group.reviews, others.reviews) >= measure_reviews_min.value
    );
  }

  #pairLabelling(attributes: (typeof PAIRS)[number]): PairLabelling {
    const [one, other] = attributes.map((attribute) => this.#parts[attribute]) as [Part, Part];
    const [codesOfOne, codesOfOther] = attributes.map((attribute) => this.#rows.groups[attribute]);
    const width = other.names.length;
    const codes = new Uint16Array(this.#rows.rows);
    for (let row = 0; row < codes.length; row++) {
      codes[row] = (codesOfOne?.[row] as number) * width + (codesOfOther?.[row] as number);
    }
    const tally = new Tally(this.#rows, codes, one.names.length * width);
    const isShown = ({ partition }: Part, name: string) => partition.shown.includes(name);
    const cells = one.names.flatMap((first, i) =>
      other.names.map((second, j): PairCell => {
        const { rows, reviews } = tally.sizeOf(i * width + j, 'all').group;
        const { pair_rows_min, pair_reviews_min } = this.#settings;
        const isLarge =
          isShown(one, first) &&
          isShown(other, second) &&
          rows >= pair_rows_min.value &&
          reviews >= pair_reviews_min.value &&
          this.#isMeasured(tally, i * width + j);
        return { first: i, second: j, reviews, isLarge };
      }),
    );
    const shown = pairsShown(cells, this.#settings.cell_min.value);
    const groups = shown.map(({ first, second }) => first * width + second);
    return {
      attributes,
      names: shown.map(({ first, second }) => [one.names[first] as string, other.names[second] as string] as const),
      labels: labelsFor(codes, groups),
      groups,
      tally,
    };
  }

  #smallGroups(attribute: SensitiveAttribute): SmallGroups {
    const { pooled, addedForProtection, poolIsTooSmall } = this.#parts[attribute].partition;
    return {
      members: [...pooled],
      added_for_protection: addedForProtection,
      suppressed: poolIsTooSmall,
      cleaning: poolIsTooSmall ? null : this.#cleaning(attribute, pooled),
    };
  }

  #cleaning(attribute: SensitiveAttribute, groups: readonly string[]) {
    const { names, tally } = this.#parts[attribute];
    const counts = this.#profile.groups[attribute] ?? {};
    const cell = added(groups.flatMap((group) => counts[group] ?? []));
    // Of a pool, that of its most clustered group.
    const most = (effect: (code: number) => number) =>
      Math.max(1, ...groups.map((group) => names.indexOf(group)).map((code) => (code < 0 ? 1 : effect(code))));
    return cleaningOf(cell, this.#all, {
      share: most((code) => tally.designEffect(code)),
      own: most((code) => tally.ownDesignEffect(code)),
    });
  }
}

interface PairLabelling extends Labelling {
  readonly attributes: (typeof PAIRS)[number];
  readonly names: readonly (readonly [string, string])[];
}

/** The attribute's vocabulary, with groups that only a newer transform knows after it, by name. */
function peopleGroups(attribute: SensitiveAttribute, found: readonly string[]): string[] {
  const known = GROUPS[attribute];
  const others = found.filter((group) => ![...known, MISSING_GROUP, UNREADABLE_GROUP].includes(group));
  return [...known, ...[...new Set(others)].sort(byName)];
}

/** By row: 0, or 1 + the place of its code among `groups`. */
function labelsFor(codes: Uint8Array | Uint16Array, groups: readonly number[]): Uint8Array {
  const labelOf = new Uint8Array(1 << 16);
  for (const [place, code] of groups.entries()) labelOf[code] = place + 1;
  const labels = new Uint8Array(codes.length);
  for (let row = 0; row < codes.length; row++) labels[row] = labelOf[codes[row] as number] as number;
  return labels;
}

function strataOf(codes: Uint8Array): Strata {
  let most = 0;
  for (const code of codes) if (code > most) most = code;
  return { codes, count: most + 1 };
}

/** Table and profile were made together: where they count other rows, neither can be reported. */
function assertTableFits(
  attribute: SensitiveAttribute,
  names: readonly string[],
  tally: Tally,
  counts: Profile['groups'][string],
): void {
  for (const group of new Set([...names, ...Object.keys(counts)])) {
    const code = names.indexOf(group);
    const inTable = code < 0 ? 0 : tally.sizeOf(code, 'all').group.rows;
    const inProfile = counts[group]?.accepted ?? 0;
    if (inTable === inProfile) continue;
    throw new ReportAssertionError(`${attribute} ${group}: ${inTable} rows in the table, ${inProfile} in the profile`);
  }
}

/** Adjusts the p-values of all tests of a report, and flags what differs by more than chance. */
function flag(attributes: readonly BiasAttribute[], pairs: readonly BiasPair[], rate: number): Bias['flags'] {
  const tested = [
    ...attributes.flatMap(({ attribute, groups, missing, unreadable }) =>
      [...groups, missing, unreadable].flatMap(({ group, outcomes }) =>
        outcomes.map((outcome) => ({ attributes: [attribute], groups: [group], outcome })),
      ),
    ),
    ...pairs.flatMap((pair) =>
      pair.groups.flatMap(({ groups, outcomes }) =>
        outcomes.map((outcome) => ({ attributes: [...pair.attributes], groups: [...groups], outcome })),
      ),
    ),
  ].filter(({ outcome }) => outcome.test !== null);
  const adjusted = qValues(tested.map(({ outcome }) => outcome.test?.p_value ?? 1));
  const flagged: Bias['flags']['flagged'] = [];
  for (const [i, { attributes: ofAttributes, groups, outcome }] of tested.entries()) {
    const { test, measures } = outcome as Extract<BiasOutcome, { reason: null }>;
    test.q_value = rounded(adjusted[i] as number);
    test.flagged = (adjusted[i] as number) <= rate;
    if (!test.flagged) continue;
    const impact = 'disparate_impact' in measures ? measures.disparate_impact : undefined;
    if (impact !== undefined) impact.flagged = impact.four_fifths === 'not_met';
    flagged.push({
      attributes: ofAttributes,
      groups,
      outcome: outcome.outcome,
      four_fifths: impact?.four_fifths ?? null,
    });
  }
  return { false_discovery_rate: rate, tests: tested.length, flagged };
}

function added(cells: readonly GroupCounts[]): GroupCounts {
  const total = (field: keyof GroupCounts) => cells.reduce((sum, cell) => sum + cell[field], 0);
  return {
    uploaded: total('uploaded'),
    accepted: total('accepted'),
    duplicates: total('duplicates'),
    quarantined: total('quarantined'),
    missing_rating: total('missing_rating'),
    missing_text: total('missing_text'),
    missing_total_spent: total('missing_total_spent'),
    rated: total('rated'),
    rating_sum_hundredths: total('rating_sum_hundredths'),
    rating_4_or_more: total('rating_4_or_more'),
  };
}
