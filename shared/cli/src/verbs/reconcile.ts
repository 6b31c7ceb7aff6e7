/** `reconcile`: finds what is missing anywhere behind the raw bucket, and sends it again. */
import { type ReconcileSummary, reconcile } from '@tastetrend/ingest';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { progressView } from '../output/progress.ts';
import { count, formatTable, printable } from '../output/table.ts';
import { findTarget } from '../target.ts';

const EXIT_INTERRUPTED = 130;
const ITEMS_SHOWN_MAX = 40;

const WORDS = {
  lost: 'no manifest, and nobody is at it',
  unreported: 'a manifest, but no reports',
  stale_table: 'the current table is of another version',
  too_young: 'younger than --older-than',
  in_progress: 'a worker holds its lease',
  failing: 'failed, and will be tried again',
  dead: 'failed for good: see tastetrend dlq show',
  of_older_rules: 'done by older rules, without reports: see tastetrend backfill --reprocess',
} as const;

export async function reconcileAll({ files, options, root, signal }: Invocation): Promise<number> {
  if (files.length > 0) throw new UsageError('reconcile takes no files: name keys with --prefix.');
  const { prefix, olderThanS, maxPerSecond, dryRun, json } = options;
  const target = await findTarget(root, options.env);
  process.stderr.write(`Looking behind ${printable(`s3://${target.rawBucket}/${prefix}`)} in ${target.description}.\n`);
  const view = progressView();
  let toldAtMs = 0;
  let summary: ReconcileSummary;
  try {
    const onProgress = ({ lookedAt, sent, after }: { lookedAt: number; sent: number; after: string }) => {
      if (performance.now() - toldAtMs < 1_000) return;
      toldAtMs = performance.now();
      view.set('reconcile', `${count(lookedAt)} looked at, ${count(sent)} sent, at ${after}`);
    };
    summary = await reconcile({ prefix, olderThanS, maxPerSecond, isDryRun: dryRun, signal, onProgress }, target);
  } finally {
    view.close();
  }
  if (json) process.stdout.write(`${printableJson({ target: target.description, ...summary })}\n`);
  else process.stdout.write(`${wordsOf(summary)}\n`);
  if (summary.end === 'interrupted') return EXIT_INTERRUPTED;
  const { too_young: _, ...left } = summary.left;
  return Object.values(left).some((number) => number > 0) ? 1 : 0;
}

function wordsOf({ looked_at, whole, found, left, sent, items, end, older_than_s }: ReconcileSummary): string {
  const lines = [
    `${count(looked_at)} file versions, ${count(whole)} whole; missing counts after ${count(older_than_s)} s.`,
  ];
  const rows = [...Object.entries(found), ...Object.entries(left)].filter(([, number]) => number > 0);
  for (const [what, number] of rows) {
    const done = what in found ? (end === 'dry_run' ? 'would be sent' : 'sent') : 'left';
    lines.push(`  ${count(number)} ${done}: ${WORDS[what as keyof typeof WORDS]}`);
  }
  lines.push(end === 'dry_run' ? 'A dry run: nothing was sent.' : `Sent: ${count(sent)}.`);
  if (items.length > 0) {
    const shown = items.slice(0, ITEMS_SHOWN_MAX);
    const cells = shown.map(({ key, version_id, what }) => [printable(key), printable(version_id), what.join(', ')]);
    lines.push('', formatTable(['key', 'version', 'what'], cells, ['left', 'left', 'left']));
    if (items.length > shown.length) lines.push('… and more; all that were kept are in --json');
  }
  if (end === 'interrupted') lines.push('Interrupted. The same command finds the rest.');
  return lines.join('\n');
}
