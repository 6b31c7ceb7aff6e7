/** The page of a comparison: what changed since the upload before. A function of the comparison alone. */
import { type Comparison, LOGS_PREFIX, reportKey, type ShareChange } from '@tastetrend/contracts';
import { attributeName, type Change, changesOf, intervalOf } from './changes.ts';
import { beforeAfterChart } from './charts/before-after.ts';
import { type IntervalRow, intervalChart } from './charts/intervals.ts';
import { documentOf } from './document.ts';
import { count, counted, decimal, groupName, moment, plain, share, signed, signedPoints } from './format.ts';
import { foreign, type Html, html, type Part, shortened } from './html.ts';
import { fileName, icon } from './sections/status.ts';
import { folded, numberColumn, table } from './table.ts';

export function comparisonPageOf(comparison: Comparison): string {
  const { now, before, missing, groups, ratings } = comparison;
  const sections: readonly (readonly [string, string, Html | null])[] = [
    ['changed', 'What changed', changedSection(comparison)],
    ['uploads', 'Both uploads', uploadsSection(comparison)],
    ['ratings', 'Ratings', ratings && ratingsSection(ratings)],
    ['missing', 'Missing values', missing.length === 0 ? null : missingSection(missing)],
    ['groups', 'Groups', groups.length === 0 ? null : groupsSection(groups)],
  ];
  const there = sections.filter(([, , section]) => section !== null);
  const body = html`${header(comparison)}
<nav class="wrap" aria-label="On this page"><ul>${there.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main class="wrap" id="main">${there.map(([, , section]) => section)}</main>
<footer class="wrap"><p>TasteTrend · identity <code>${now.identity}</code> beside <code>${before.identity}</code></p>
<p>The comparison beside this page holds every figure, to all digits.</p></footer>`;
  return documentOf(`${shortened(fileName(now.source.key), 80)} – what changed`, body);
}

function header(comparison: Comparison): Html {
  const { now, before, same } = comparison;
  const changes = changesOf(comparison);
  const flagged = changes.filter((one) => one.flagged).length;
  const since = `since the upload of ${momentOf(before.source.uploaded_at)} of the same ${same === 'key' ? 'file' : 'restaurant'}`;
  const status = flagged === 0 ? 'pass' : 'warn';
  const title = flagged === 0 ? 'Nothing changed by more than chance.' : `${counted(flagged, 'change')} to look at.`;
  const text =
    flagged === 0
      ? `${counted(changes.length, 'figure')} compared.`
      : `Of ${counted(changes.length, 'figure')} compared, ${flagged === 1 ? 'this one' : 'these'} changed by more than chance.`;
  return html`<header class="wrap"><p class="kicker">What changed ${since}</p><h1>${foreign(fileName(now.source.key), 200)}</h1>
<div class="status ${status}">${icon(status)}<p>${title} <span>${text}</span></p></div></header>`;
}

function changedSection(comparison: Comparison): Html {
  const changes = changesOf(comparison);
  const rate = share(comparison.false_discovery_rate, 0);
  const [flagged, others] = [changes.filter((one) => one.flagged), changes.filter((one) => !one.flagged)];
  const lead =
    flagged.length === 0
      ? 'Uploads always differ a little. Here nothing differs by more than chance would make it.'
      : `More than chance, the surest first. Of all changes that are flagged, at most ${rate} are expected to be chance.`;
  const title = flagged.length === 0 ? 'Nothing to look at' : 'What changed';
  return html`<section aria-labelledby="changed"><h2 id="changed">${title}</h2><p class="lead">${lead}</p>
${
  flagged.length > 0 &&
  html`<ul class="checks">${flagged.map(
    ({ title: of, before, now, by }) =>
      html`<li class="warn">${icon('warn')}<div><p><strong>${foreign(of)}: ${before} → ${now}.</strong></p><p class="limit">${by}</p></div></li>\n`,
  )}</ul>`
}
${others.length > 0 && folded(`${counted(others.length, 'figure')} within chance: no change to speak of`, changeTable('Within chance', others))}</section>`;
}

function changeTable(caption: string, changes: readonly Change[]): Html {
  return table(
    caption,
    [
      { head: 'Figure' },
      numberColumn('Before'),
      numberColumn('Now'),
      { head: 'Change and its 95 % interval', isWide: true },
    ],
    changes.map(({ title, before, now, by }): Part[] => [foreign(title), before, now, by]),
  );
}

function uploadsSection({ before, now }: Comparison): Html {
  const rows = [['Now', now] as const, ['Before', before] as const].map(
    ([name, { source, identity, ...of }]): Part[] => [
      name,
      html`<a href="${reportHref(source.uploaded_at, identity)}">${foreign(fileName(source.key))}</a>`,
      momentOf(source.uploaded_at),
      html`<span class="${of.status} state">${icon(of.status)}${STATUS[of.status]}</span>`,
      count(of.rows),
      count(of.reviews),
    ],
  );
  return html`<section aria-labelledby="uploads"><h2 id="uploads">Both uploads</h2>
${table('The upload and the one before', [{ head: 'Upload' }, { head: 'Report' }, { head: 'Uploaded' }, { head: 'Status' }, numberColumn('Accepted rows'), numberColumn('Review ids')], rows)}</section>`;
}

const STATUS = { pass: 'Good', warn: 'With warnings', fail: 'Failed' } as const;

/** From where the comparison lies: reports of a day are three folders below the logs. */
function reportHref(uploadedAt: string | null, identity: string): string {
  return `../../../${reportKey('report', uploadedAt, identity).slice(LOGS_PREFIX.length)}`;
}

function momentOf(uploadedAt: string | null): string {
  return uploadedAt === null ? 'unknown time' : moment(uploadedAt);
}

function ratingsSection({ bins, mean, total_variation: distance }: NonNullable<Comparison['ratings']>): Html {
  const isWhole = bins.every(({ from, before, now }) => Number.isInteger(from) || before + now === 0);
  const shown = bins
    // Half stars only where there are any, and none below the scale's 1.
    .filter(({ from, before, now }) => before + now > 0 || (from >= 1 && (!isWhole || Number.isInteger(from))))
    .map(({ from, before, now }) => ({ label: plain(from), before, now }));
  const rows = shown.map(({ label, before, now }) => [label, share(before), share(now), signedPoints(now - before)]);
  return html`<section aria-labelledby="ratings"><h2 id="ratings">Ratings</h2>
<p class="lead">${share(distance.value)} of the ratings moved to others; chance alone moves up to ${share(distance.noise_floor)} in 95 of 100 cases. ${distance.flagged ? 'That is more than chance.' : 'That is within chance.'}</p>
<dl class="tiles"><div><dt>Mean before</dt><dd>${decimal(mean.before)}</dd></div><div><dt>Mean now</dt><dd>${decimal(mean.now)}</dd></div>
<div><dt>Change</dt><dd>${signed(mean.change)}<small>95 %: ${signed(mean.low)} to ${signed(mean.high)}</small></dd></div></dl>
<ul class="legend"><li><svg viewBox="0 0 34 12" aria-hidden="true" focusable="false"><rect class="bar rest" x="8" y="0" width="18" height="12"/></svg>before</li>
<li><svg viewBox="0 0 34 12" aria-hidden="true" focusable="false"><rect class="bar" x="8" y="0" width="18" height="12"/></svg>now</li></ul>
<div class="charts"><figure><figcaption>Shares by rating <small>of rated rows</small></figcaption>${beforeAfterChart('Ratings', shown)}
${folded('Numbers: ratings', table('Shares by rating, before and now', [{ head: 'From' }, numberColumn('Before'), numberColumn('Now'), numberColumn('Points')], rows))}</figure></div></section>`;
}

const LEGEND = html`<ul class="legend"><li><svg viewBox="0 0 34 12" aria-hidden="true" focusable="false"><line class="interval" x1="2" y1="6" x2="32" y2="6"/><circle class="dot" cx="17" cy="6" r="4.5"/></svg>the change in points, with its 95 % interval</li>
<li><svg viewBox="0 0 34 12" aria-hidden="true" focusable="false"><circle class="other" cx="17" cy="6" r="4"/></svg>no change</li><li>▲ more than chance</li></ul>`;

function missingSection(missing: readonly ShareChange[]): Html {
  const nameOf = ({ what }: ShareChange) => ('column' in what ? what.column : what.group);
  const same = missing.filter(({ change }) => change === 0);
  const moved = missing.filter(({ change }) => change !== 0);
  return html`<section aria-labelledby="missing"><h2 id="missing">Missing values</h2>
<p class="lead">Share of accepted rows without a value, now against before.${same.length > 0 && ` The same in both: ${counted(same.length, 'column')}.`}</p>
${moved.length > 0 && LEGEND}<div class="charts">${moved.length > 0 && changeFigure('Missing values', moved, nameOf)}</div>
${folded('Numbers: missing values', shareTable('Missing values, before and now', 'Column', missing, nameOf))}</section>`;
}

function groupsSection(groups: readonly ShareChange[]): Html {
  const attributes = [...new Set(groups.flatMap(({ what }) => ('attribute' in what ? [what.attribute] : [])))];
  const nameOf = ({ what }: ShareChange) => ('group' in what ? groupName(what.group) : what.column);
  const ofAttribute = (attribute: string) =>
    groups.filter(({ what }) => 'attribute' in what && what.attribute === attribute);
  // Of guests whose group was never unreadable there is nothing to draw.
  const drawn = (of: readonly ShareChange[]) => of.filter(({ before, now }) => before.count + now.count > 0);
  return html`<section aria-labelledby="groups"><h2 id="groups">Who the reviews are of</h2>
<p class="lead">Each group's share of accepted rows, now against before; groups that either upload is too small to show are left out.</p>${LEGEND}
<div class="charts">${attributes.map((attribute) => changeFigure(attributeName(attribute), drawn(ofAttribute(attribute)), nameOf))}</div>
${attributes.map((attribute) => {
  const name = attributeName(attribute);
  return folded(
    `Numbers: ${name.toLowerCase()}`,
    shareTable(`${name}, before and now`, 'Group', ofAttribute(attribute), nameOf),
  );
})}</section>`;
}

function changeFigure(title: string, changes: readonly ShareChange[], nameOf: (change: ShareChange) => string): Html {
  const rows = changes.map(
    (change): IntervalRow => ({
      name: nameOf(change),
      value: change.change,
      low: change.low,
      high: change.high,
      others: 0,
      isFlagged: change.flagged,
    }),
  );
  return html`<figure><figcaption>${title} <small>change in points of 100</small></figcaption>${intervalChart(`${title}, change in points,`, rows, signedPoints)}</figure>`;
}

function shareTable(
  caption: string,
  head: string,
  changes: readonly ShareChange[],
  nameOf: (change: ShareChange) => string,
): Html {
  const rows = changes.map((change): Part[] => [
    nameOf(change),
    share(change.before.share),
    share(change.now.share),
    signedPoints(change.change),
    intervalOf(change),
    change.flagged ? html`<span class="flagged">more than chance</span>` : 'within chance',
  ]);
  return table(
    caption,
    [
      { head },
      numberColumn('Before'),
      numberColumn('Now'),
      numberColumn('Points'),
      numberColumn('95 % interval'),
      { head: 'Is it chance?' },
    ],
    rows,
  );
}
