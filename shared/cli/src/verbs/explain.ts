/** `explain KEY`: the whole story of a key's file versions in one screen. */
import type { KeptFailure } from '@tastetrend/aws';
import { explainKey, type KeyStory, type VersionStory } from '@tastetrend/ingest';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { count, printable } from '../output/table.ts';
import { findTarget } from '../target.ts';

export async function explain({ files, options, root, signal }: Invocation): Promise<number> {
  const [key, ...others] = files;
  if (key === undefined || others.length > 0) {
    throw new UsageError('Which key of the raw bucket? For example: tastetrend explain reviews/downtown.csv');
  }
  const target = await findTarget(root, options.env);
  const story = await explainKey(key, options.version, signal, target);
  const isThere = story.versions.some(({ state }) => state !== 'unknown');
  if (options.json) process.stdout.write(`${printableJson({ target: target.description, ...story })}\n`);
  else process.stdout.write(`${formatStory(story)}\n`);
  return isThere || story.delete_markers.length > 0 ? 0 : 1;
}

function formatStory({ key, versions, delete_markers, current_table, is_cut }: KeyStory): string {
  const lines = [printable(key)];
  lines.push(
    current_table === null
      ? '  no current table'
      : current_table.removal_id === null
        ? `  current table: of version ${printable(current_table.version_id)}, since ${current_table.written_at}`
        : `  current table: empty since ${current_table.written_at}, for the file was removed`,
  );
  for (const { version_id, deleted_at } of delete_markers) {
    lines.push(`  deleted at ${deleted_at} (marker ${printable(version_id)})`);
  }
  if (versions.length === 0) lines.push('  no version of it is in the raw bucket');
  for (const version of versions) lines.push('', ...linesOf(version));
  if (is_cut) lines.push('', 'There is more than fits here: ask for one --version, or look with dlq show.');
  return lines.join('\n');
}

/** One line for each place that a version leaves a trace in, in the order of its way. */
function linesOf(story: VersionStory): string[] {
  const { version_id, identity, raw, lease, manifest, transformed_by, is_promoted, completion, reports, state } = story;
  const line = (name: string, text: string) => `  ${name.padEnd(10)}  ${printable(text)}`;
  const lines = [
    `version ${printable(version_id)}: ${state.replace('_', ' ')}`,
    line('identity', identity),
    line(
      'raw',
      raw ? `${count(raw.bytes)} bytes at ${raw.uploaded_at}${raw.is_current ? ', current' : ''}` : 'not there',
    ),
    line('lease', lease === null ? 'none' : `${lease.state}${lease.heldUntil ? ` until ${lease.heldUntil}` : ''}`),
  ];
  if (manifest === null) lines.push(line('manifest', 'none'));
  else {
    const { rows_read, accepted, duplicates, quarantined } = manifest.counts;
    const rows = `${count(rows_read)} rows = ${count(accepted)} accepted + ${count(duplicates)} duplicates + ${count(quarantined)} quarantined`;
    lines.push(line('manifest', `${manifest.outcome}, by rules ${transformed_by.join(', ')}; ${rows}`));
    if (manifest.rejection !== null) lines.push(line('rejected', manifest.rejection.message));
    lines.push(line('promoted', is_promoted ? 'the current table is of this version' : 'no'));
    lines.push(line('event', `${story.completion_id.slice(0, 12)}…, ${completion.replaceAll('_', ' ')}`));
    for (const { key, written_at } of reports) lines.push(line('report', `${key}: ${written_at ?? 'missing'}`));
  }
  for (const failure of story.failures) lines.push(line('failed', wordsOfFailure(failure)));
  for (const { dlq, sentAt, delivery } of story.dead_letters) {
    const said = Object.entries(delivery).map(([name, text]) => `, ${name} ${text}`);
    lines.push(line('dead', `in ${dlq}, first sent ${sentAt}${said.join('')}`));
  }
  return lines;
}

function wordsOfFailure({ service, failedAt, receiveCount, receiveCountMax, failures, isResent, cause }: KeptFailure) {
  const since = isResent ? '; sent again since' : '';
  return `in ${service} at ${failedAt}, receive ${receiveCount} of ${receiveCountMax}, ${failures} times in all${since}: ${cause}`;
}
