/** `process KEY`: one file version of the raw bucket, sent again the way of an upload, and followed. */
import { findVersion, processVersion } from '@tastetrend/ingest';
import { UsageError } from '../errors.ts';
import type { FileEnd } from '../finished-file.ts';
import type { Invocation } from '../invocation.ts';
import { follow } from '../move-files.ts';
import { printableJson } from '../output/json.ts';
import { progressView } from '../output/progress.ts';
import { count, printable } from '../output/table.ts';
import { findTarget } from '../target.ts';

export async function processKey({ files, options, root, signal }: Invocation): Promise<number> {
  const [key, ...others] = files;
  if (key === undefined || others.length > 0) {
    throw new UsageError('Which key of the raw bucket? For example: tastetrend process reviews/downtown.csv');
  }
  const target = await findTarget(root, options.env);
  const found = await findVersion(key, options.version, target);
  const { version, identity, facts, outcomeBefore } = found;
  const about = {
    target: target.description,
    key,
    version_id: version.versionId,
    identity,
    bytes: facts.bytes,
    uploaded_at: facts.uploadedAt,
    outcome_before: outcomeBefore ?? null,
  };
  const words = `${key}, version ${version.versionId}, ${count(facts.bytes)} bytes, uploaded ${facts.uploadedAt}`;
  const before = outcomeBefore === undefined ? 'no manifest yet' : `${outcomeBefore} before`;
  if (options.dryRun) {
    if (options.json) process.stdout.write(`${printableJson({ ...about, is_sent: false, end: 'dry_run' })}\n`);
    else process.stdout.write(`Would be sent: ${printable(words)}; ${before}\n`);
    return 0;
  }
  await processVersion(found, target);
  process.stderr.write(`Sent in ${target.description}: ${printable(words)}; ${before}\n`);
  const view = progressView();
  let end: FileEnd;
  try {
    end = await follow({ identity, version }, target, view, options.timeoutS, signal);
  } finally {
    view.close();
  }
  const outcome = end.kind === 'reported' ? end.manifest.outcome : null;
  if (options.json) {
    const manifest = end.kind === 'reported' ? { counts: end.manifest.counts, rejection: end.manifest.rejection } : {};
    const cause = end.kind === 'dead' ? { cause: end.failure.cause } : {};
    process.stdout.write(
      `${printableJson({ ...about, is_sent: true, end: end.kind, outcome, ...manifest, ...cause })}\n`,
    );
  } else {
    process.stdout.write(`${printable(key)}: ${printable(wordsOf(end))}\n`);
  }
  return outcome === 'processed' || outcome === 'ignored' ? 0 : 1;
}

function wordsOf(end: FileEnd): string {
  switch (end.kind) {
    case 'dead':
      return `dead after ${end.failure.receiveCount} receives: ${end.failure.cause}. See: tastetrend dlq show`;
    case 'timed_out':
      return `not finished after ${end.waitedS} s; it may still be worked on. See: tastetrend explain KEY`;
    case 'failed':
      return end.cause;
    case 'reported': {
      const { outcome, counts, rejection } = end.manifest;
      if (rejection !== null) return `rejected: ${rejection.message}`;
      if (outcome !== 'processed') return outcome;
      const { rows_read, accepted, duplicates, quarantined } = counts;
      return `${count(rows_read)} rows = ${count(accepted)} accepted + ${count(duplicates)} duplicates + ${count(quarantined)} quarantined; reports are there`;
    }
  }
}
