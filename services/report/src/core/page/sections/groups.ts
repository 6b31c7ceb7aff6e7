/** How groups of guests fared, each beside all others, and whom the cleaning dropped. */
import type { Bias, BiasAttribute, BiasEstimate, BiasGroup, BiasOutcome } from '@tastetrend/contracts';
import { type IntervalRow, intervalChart } from '../charts/intervals.ts';
import { count, counted, decimal, groupName, share, signedPoints } from '../format.ts';
import { type Html, html, type Part } from '../html.ts';
import { folded, numberColumn, table } from '../table.ts';
import { icon } from './status.ts';

const ATTRIBUTES: Readonly<Record<string, string>> = {
  gender_norm: 'Gender',
  ethnicity_norm: 'Ethnicity',
  age_group: 'Age',
};

interface OutcomeView {
  readonly title: string;
  readonly unit: string;
  /** From the summary's unit to the page's: monotone, so that intervals stay intervals. */
  shown(value: number): number;
  written(value: number): string;
}

const asItIs = (value: number) => value;
const asShare = { shown: asItIs, written: (value: number) => share(value, 0) };
const OUTCOMES: Readonly<Record<BiasOutcome['outcome'], OutcomeView>> = {
  rating_4_or_more: { title: 'Rated 4 or more', unit: 'share of rated visits', ...asShare },
  rating: { title: 'Mean rating', unit: 'in stars', shown: asItIs, written: (value) => decimal(value, 1) },
  total_spent: {
    title: 'Typical bill',
    unit: 'geometric mean of total_spent',
    shown: (value) => Math.expm1(value),
    written: (value) => decimal(value, 0),
  },
  has_text: { title: 'Wrote a text', unit: 'share of visits', ...asShare },
  has_rating: { title: 'Gave a rating', unit: 'share of visits', ...asShare },
};
const SHOWN = ['rating_4_or_more', 'rating', 'total_spent', 'has_text', 'has_rating'] as const;

export function groupsSection(bias: Bias | null): Html {
  const title = html`<h2 id="groups">How groups of guests fared</h2>`;
  if (bias === null)
    return html`<section aria-labelledby="groups">${title}<p class="lead">The bias summary is of an earlier version, and is not drawn here.</p></section>`;
  if (bias.status !== 'measured')
    return html`<section aria-labelledby="groups">${title}<p class="lead">${bias.reason}</p></section>`;
  return html`<section aria-labelledby="groups">${title}<p class="lead">${leadOf(bias)}</p>${flagList(bias)}
<ul class="legend"><li><svg viewBox="0 0 34 12" aria-hidden="true" focusable="false"><line class="interval" x1="2" y1="6" x2="32" y2="6"/><circle class="dot" cx="17" cy="6" r="4.5"/></svg>the group, with its 95 % interval</li>
<li><svg viewBox="0 0 34 12" aria-hidden="true" focusable="false"><circle class="other" cx="17" cy="6" r="4"/></svg>all other rows</li></ul>
${bias.attributes.map((attribute) => attributePart(attribute, bias))}${pairsPart(bias)}</section>`;
}

function leadOf({ flags, minimums }: Bias): string {
  const tests = `${counted(flags.tests, 'comparison')} of a group with all others`;
  const chance = `at most ${share(flags.false_discovery_rate, 0)} of flags are expected to be chance`;
  return flags.tests === 0
    ? `No group has the ${minimums.measure.rows} rows that a comparison needs.`
    : `${tests} were tested; ${chance}. A flag says that a difference is more than chance in this file, and not why.`;
}

const FLAGS_LISTED_MAX = 20;

function flagList({ flags }: Bias): Html {
  if (flags.tests === 0) return html``;
  if (flags.flagged.length === 0)
    return html`<div class="status pass">${icon('pass')}<p>No difference between groups is flagged.</p></div>`;
  const rest = flags.flagged.length - FLAGS_LISTED_MAX;
  return html`<div class="status warn">${icon('warn')}<p>${counted(flags.flagged.length, 'difference')} flagged.</p></div>
<ul>${flags.flagged
    .slice(0, FLAGS_LISTED_MAX)
    .map(
      ({ groups, outcome, four_fifths }) =>
        html`<li>${groups.map(groupName).join(' · ')}: ${outcomeTitle(outcome).toLowerCase()}${four_fifths === 'not_met' && ' (below four fifths of the others’ share)'}</li>`,
    )}${rest > 0 && html`<li>and ${counted(rest, 'more', 'more')}, in the bias summary</li>`}</ul>`;
}

function outcomeTitle(outcome: string): string {
  return outcome in OUTCOMES ? OUTCOMES[outcome as BiasOutcome['outcome']].title : outcome;
}

/** All that are compared: the groups, then those of whom nothing is known. */
function compared({ groups, missing, unreadable }: BiasAttribute): BiasGroup[] {
  return [...groups, ...[missing, unreadable].filter(({ cleaning }) => cleaning.rows.uploaded > 0)];
}

function attributePart(attribute: BiasAttribute, bias: Bias): Html {
  const name = ATTRIBUTES[attribute.attribute] ?? attribute.attribute;
  const groups = compared(attribute);
  const figures = SHOWN.map((outcome) => outcomeFigure(name, outcome, groups)).filter((figure) => figure !== null);
  const small = smallGroupsNote(attribute, bias);
  return html`<h3>${name}</h3>${small}
${figures.length === 0 ? html`<p class="lead">Too few rows to compare.</p>` : html`<div class="charts">${figures}</div>`}
${figures.length > 0 && folded(`Numbers: groups by ${name.toLowerCase()}`, groupTable(`Groups by ${name.toLowerCase()}`, groups))}`;
}

function smallGroupsNote(
  { small_groups: { members, suppressed, cleaning } }: BiasAttribute,
  { minimums }: Bias,
): Html | null {
  const hidden = members.length > 0 && (suppressed || (cleaning?.rows.uploaded ?? 0) > 0);
  if (!hidden) return null;
  return html`<p class="lead">Groups of fewer than ${minimums.cell.rows} rows are not shown one by one: ${members.map(groupName).join(', ')}.</p>`;
}

/** Null where everybody, or nobody, has the outcome: then there is nothing to compare. */
function outcomeFigure(attribute: string, outcome: BiasOutcome['outcome'], groups: readonly BiasGroup[]): Html | null {
  const { title, unit, shown, written } = OUTCOMES[outcome];
  const rows = groups.flatMap((group): IntervalRow[] => {
    const one = group.outcomes.find((found) => found.outcome === outcome);
    const view = one === undefined ? undefined : valuesOf(one);
    if (one === undefined || view === undefined || view.value.value === null) return [];
    const { value, low, high } = view.value;
    const bound = (at: number | null) => (at === null ? null : shown(at));
    return [
      {
        name: groupName(group.group),
        value: shown(value),
        low: bound(low),
        high: bound(high),
        others: bound(view.others.value),
        isFlagged: one.test?.flagged === true,
      },
    ];
  });
  if (rows.length === 0 || (outcome === 'has_rating' && rows.every(({ value }) => value === 1))) return null;
  return html`<figure><figcaption>${title} <small>${unit}</small></figcaption>${intervalChart(`${title} by ${attribute.toLowerCase()}`, rows, written)}</figure>`;
}

/** The figure that is drawn: the share, or the mean. */
function valuesOf(outcome: BiasOutcome): { value: BiasEstimate; others: BiasEstimate } | undefined {
  if (outcome.measures === null) return undefined;
  return 'share' in outcome.measures
    ? { value: outcome.measures.share, others: outcome.measures.share_of_others }
    : { value: outcome.measures.mean, others: outcome.measures.mean_of_others };
}

function groupTable(caption: string, groups: readonly BiasGroup[]): Html {
  return outcomeTable(
    caption,
    groups.map(({ group, outcomes }) => ({ name: groupName(group), outcomes })),
  );
}

function outcomeTable(
  caption: string,
  named: readonly { readonly name: string; readonly outcomes: readonly BiasOutcome[] }[],
): Html {
  const rows = named.flatMap(({ name, outcomes }) => outcomes.map((outcome) => outcomeRow(name, outcome)));
  return table(
    caption,
    [
      { head: 'Group' },
      { head: 'Outcome' },
      numberColumn('Rows'),
      numberColumn('Value'),
      numberColumn('95 % interval'),
      numberColumn('Others'),
      numberColumn('Ratio'),
      numberColumn('Distance'),
      numberColumn('Chance gives up to'),
      numberColumn('p'),
      numberColumn('q'),
    ],
    rows,
  );
}

const NONE = '–';

function outcomeRow(name: string, outcome: BiasOutcome): Part[] {
  const { shown, written, title } = OUTCOMES[outcome.outcome];
  const { test, measures, sizes } = outcome;
  const view = valuesOf(outcome);
  if (measures === null || view === undefined)
    return [name, title, count(sizes.group.rows), 'too few rows', ...Array.from({ length: 7 }, () => NONE)];
  const fine = (value: number) => (outcome.outcome === 'rating' ? decimal(shown(value), 2) : written(shown(value)));
  const distance = 'wasserstein_1' in measures ? measures.wasserstein_1 : measures.total_variation;
  const impact = 'disparate_impact' in measures ? measures.disparate_impact : null;
  const interval = ({ low, high }: BiasEstimate) =>
    low === null || high === null ? NONE : `${fine(low)} to ${fine(high)}`;
  const optional = (value: number | null | undefined, decimals: number) =>
    value == null ? NONE : decimal(value, decimals);
  return [
    test?.flagged ? html`<span class="flagged">▲ ${name} (flagged)</span>` : name,
    title,
    count(sizes.group.rows),
    view.value.value === null ? NONE : fine(view.value.value),
    interval(view.value),
    view.others.value === null ? NONE : fine(view.others.value),
    impact?.four_fifths === 'not_met' ? html`${optional(impact.value, 2)} (below 4/5)` : optional(impact?.value, 2),
    optional(distance.value, 3),
    optional(distance.noise_floor, 3),
    optional(test?.p_value, 3),
    optional(test?.q_value, 3),
  ];
}

/** Pairs are many: what is drawn of them is what is flagged, and a table up to this length. */
const PAIR_ROWS_MAX = 120;

function pairsPart({ pairs }: Bias): Html | null {
  const named = pairs.flatMap(({ groups }) =>
    groups.map(({ groups: [one, other], outcomes }) => ({ name: `${groupName(one)} · ${groupName(other)}`, outcomes })),
  );
  if (named.length === 0) return null;
  const shown = named.slice(0, Math.floor(PAIR_ROWS_MAX / SHOWN.length));
  const more =
    named.length > shown.length ? ` The first ${shown.length} are here, all of them in the bias summary.` : '';
  return html`<h3>Pairs of groups</h3><p class="lead">${counted(named.length, 'pair')} ${named.length === 1 ? 'is' : 'are'} large enough to compare.${more}</p>
${folded('Numbers: pairs of groups', outcomeTable('Pairs of groups', shown))}`;
}

/** Whose rows the cleaning kept. */
export function cleaningSection(bias: Bias | null): Html | null {
  if (bias === null || bias.status !== 'measured' || bias.counts.rows_read === bias.counts.accepted) return null;
  const all = bias.counts.accepted / bias.counts.rows_read;
  return html`<section aria-labelledby="dropped"><h2 id="dropped">Whose rows were dropped</h2>
<p class="lead">Rows kept of those uploaded, by group; of all rows ${share(all)} were kept (the ring). ${bias.counts.duplicates > bias.counts.quarantined && ' Most dropped rows are copies: a low figure says that a group’s rows were copied more, as often as that they were lost.'}</p>
<div class="charts">${bias.attributes.map((attribute) => cleaningFigure(attribute, all))}</div></section>`;
}

function cleaningFigure(attribute: BiasAttribute, all: number): Html | null {
  const name = ATTRIBUTES[attribute.attribute] ?? attribute.attribute;
  const groups = compared(attribute).filter(({ cleaning }) => cleaning.kept_rate.value !== null);
  if (groups.length < 2) return null;
  const rows = groups.map(
    ({
      group,
      cleaning: {
        kept_rate: { value, low, high },
      },
    }): IntervalRow => ({
      name: groupName(group),
      value: value ?? 0,
      low,
      high,
      others: all,
      isFlagged: false,
    }),
  );
  const numbers = groups.map(({ group, cleaning: { rows: of, shares, share_change: change } }) => [
    groupName(group),
    count(of.uploaded),
    count(of.accepted),
    count(of.duplicates),
    count(of.quarantined),
    shares.uploaded.value === null ? NONE : share(shares.uploaded.value),
    shares.accepted.value === null ? NONE : share(shares.accepted.value),
    change.value === null || change.low === null || change.high === null
      ? NONE
      : `${signedPoints(change.value)} (${signedPoints(change.low)} to ${signedPoints(change.high)})`,
  ]);
  const caption = `Rows of each group by ${name.toLowerCase()}`;
  return html`<figure><figcaption>${name} <small>share of uploaded rows that were accepted</small></figcaption>
${intervalChart(`Rows kept by ${name.toLowerCase()}`, rows, (value) => share(value, 0))}
${folded(`Numbers: ${name.toLowerCase()}`, table(caption, [{ head: 'Group' }, numberColumn('Uploaded'), numberColumn('Accepted'), numberColumn('Duplicates'), numberColumn('Set aside'), numberColumn('Of uploaded'), numberColumn('Of accepted'), numberColumn('Change in points')], numbers))}</figure>`;
}
