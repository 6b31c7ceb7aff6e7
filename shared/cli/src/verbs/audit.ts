/** `audit`: counts again what manifests say, from the bytes, and names every difference. */
import { type AuditSummary, audit } from '@tastetrend/ingest';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { progressView } from '../output/progress.ts';
import { count, formatTable, printable } from '../output/table.ts';
import { findTarget } from '../target.ts';

const EXIT_INTERRUPTED = 130;
const SHOWN_MAX = 40;

export async function auditAll({ files, options, root, signal }: Invocation): Promise<number> {
  if (files.length > 0) throw new UsageError('audit takes no files: name keys with --prefix.');
  const { prefix, json } = options;
  const target = await findTarget(root, options.env);
  process.stderr.write(`Counting again in ${target.description}. Nothing is written.\n`);
  const view = progressView();
  let toldAtMs = 0;
  let summary: AuditSummary;
  try {
    const onProgress = ({ audited, differences, key }: { audited: number; differences: number; key: string }) => {
      if (performance.now() - toldAtMs < 1_000) return;
      toldAtMs = performance.now();
      view.set('audit', `${count(audited)} audited, ${count(differences)} differences, at ${key}`);
    };
    summary = await audit({ prefix, signal, onProgress }, target);
  } finally {
    view.close();
  }
  if (json) process.stdout.write(`${printableJson({ target: target.description, ...summary })}\n`);
  else process.stdout.write(`${wordsOf(summary)}\n`);
  if (summary.end === 'interrupted') return EXIT_INTERRUPTED;
  return summary.difference_count > 0 ? 1 : 0;
}

function wordsOf({ audited, by_outcome, rows, bytes_read, difference_count, differences, end }: AuditSummary): string {
  const outcomes = Object.entries(by_outcome).map(([outcome, number]) => `${count(number)} ${outcome}`);
  const { accepted, duplicates, quarantined } = rows;
  const lines = [
    `${count(audited)} manifests${outcomes.length === 0 ? '' : ` (${outcomes.join(', ')})`}, ${count(bytes_read)} bytes read.`,
    `Rows counted: ${count(accepted)} accepted + ${count(duplicates)} duplicates + ${count(quarantined)} quarantined = ` +
      `${count(accepted + duplicates + quarantined)}.`,
    difference_count === 0 ? 'All as the manifests say.' : `Differences: ${count(difference_count)}.`,
  ];
  if (differences.length > 0) {
    const cells = differences.slice(0, SHOWN_MAX).map(({ key, identity, at, expected, found }) => {
      return [printable(key ?? identity.slice(0, 12)), at, printable(expected), printable(found)];
    });
    const table = formatTable(['key', 'what', 'manifest says', 'found'], cells, ['left', 'left', 'left', 'left']);
    lines.push('', table);
    if (differences.length > SHOWN_MAX) lines.push('… and more; all that were kept are in --json');
  }
  if (end === 'interrupted') lines.push('Interrupted: what was not looked at is not in these numbers.');
  return lines.join('\n');
}
