/** `backfill`: whatever lies in the raw bucket without a manifest, sent the way of an upload. */
import { join } from 'node:path';
import { sha256Hex } from '@tastetrend/contracts';
import { type BackfillOptions, type BackfillSummary, backfill, backfillPorts } from '@tastetrend/ingest';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { progressView } from '../output/progress.ts';
import { count, printable } from '../output/table.ts';
import { findTarget } from '../target.ts';

const EXIT_INTERRUPTED = 130;

export async function backfillRaw({ files, options, root, signal }: Invocation): Promise<number> {
  if (files.length > 0)
    throw new UsageError('backfill takes no files: name keys with --prefix. See tastetrend backfill --help');
  const { prefix, since, reprocess, yes, restart, maxPerSecond, json, dryRun } = options;
  const target = await findTarget(root, options.env);
  const scope = sha256Hex(JSON.stringify([target.rawBucket, prefix, since ?? null, reprocess])).slice(0, 16);
  const ports = backfillPorts(prefix, join(root, '.local', 'backfill', `${scope}.json`), target);
  if (restart && !dryRun) await ports.checkpoints.clear();
  process.stderr.write(
    `Looking through ${printable(`s3://${target.rawBucket}/${prefix}`)} in ${target.description}.\n`,
  );

  const view = progressView();
  const run = async (isDryRun: boolean): Promise<BackfillSummary> => {
    let toldAtMs = 0;
    const settings: BackfillOptions = {
      rawBucket: target.rawBucket,
      since,
      isReprocess: reprocess,
      isDryRun,
      maxPerSecond,
      signal,
      onProgress: ({ lookedAt, sent, after }) => {
        // Off a terminal each change is a line.
        if (performance.now() - toldAtMs < 1_000) return;
        toldAtMs = performance.now();
        view.set('backfill', `${count(lookedAt)} looked at, ${count(sent)} sent, at ${after}`);
      },
    };
    return await backfill(settings, ports);
  };
  let planned: BackfillSummary | undefined;
  let summary: BackfillSummary;
  try {
    if (reprocess && !dryRun) {
      planned = await run(true);
      process.stderr.write(`${wordsOf(planned)}\n`);
    }
    const isAsked = planned !== undefined && planned.to_send > 0 && !yes;
    summary = isAsked ? (planned as BackfillSummary) : await run(dryRun);
  } finally {
    view.close();
  }
  const isWaiting = !dryRun && summary.end === 'dry_run';
  if (json) {
    const end = isWaiting ? 'waits_for_yes' : summary.end;
    process.stdout.write(`${printableJson({ target: target.description, ...summary, end })}\n`);
  } else {
    process.stdout.write(`${wordsOf(summary)}\n`);
    if (isWaiting) process.stdout.write('Nothing was sent. To send it: the same command with --yes.\n');
    if (summary.end === 'interrupted') process.stdout.write('Interrupted. The same command goes on from there.\n');
  }
  if (summary.end === 'interrupted') return EXIT_INTERRUPTED;
  return isWaiting ? 1 : 0;
}

function wordsOf(summary: BackfillSummary): string {
  const { looked_at, without_manifest, of_older_rules, done_already, before_since, to_send, sent, bytes } = summary;
  const { estimated_cost_usd, resumed_after, end } = summary;
  const usd = estimated_cost_usd < 0.01 ? 'less than 0.01' : `about ${estimated_cost_usd.toFixed(2)}`;
  return [
    ...(resumed_after === null ? [] : [`Went on behind ${printable(resumed_after)}.`]),
    `${count(looked_at)} file versions: ${count(without_manifest)} without a manifest, ${count(of_older_rules)} done by older rules, ` +
      `${count(done_already)} left as they are${before_since > 0 ? `, ${count(before_since)} from before --since` : ''}.`,
    end === 'dry_run'
      ? `Would be sent: ${count(to_send)}, ${count(bytes)} bytes, ${usd} USD by list prices (an estimate).`
      : `Sent: ${count(sent)} of ${count(to_send)}, ${count(bytes)} bytes, ${usd} USD by list prices (an estimate).`,
  ].join('\n');
}
