/** `rollup`: counts the current tables by restaurant and month, anew. */
import { headObject, listObjects, putOnce, putOver, readText } from '@tastetrend/aws';
import { currentTableFactsOf, currentTableKey, ROLLUP_KEY } from '@tastetrend/contracts';
import { type RollupPorts, refreshRollup } from '@tastetrend/report';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { count, printable } from '../output/table.ts';
import { findTarget, type Target } from '../target.ts';

const WRITES_MAX = 5;

export async function rollUp({ files, options, root }: Invocation): Promise<number> {
  if (files.length > 0) throw new UsageError('rollup takes no files: it counts all current tables.');
  const target = await findTarget(root, options.env);
  const rollup = await refreshRollup(rollupPortsOf(target));
  if (options.json) process.stdout.write(`${printableJson(rollup)}\n`);
  else {
    const rows = rollup.cells.reduce((sum, cell) => sum + cell.rows, 0);
    process.stdout.write(
      `${count(rows)} rows of ${count(rollup.files)} files in ${count(rollup.cells.length)} cells: ${printable(`s3://${target.processedBucket}/${ROLLUP_KEY}`)}\n`,
    );
  }
  return 0;
}

export function rollupPortsOf({ s3, processedBucket: bucket }: Pick<Target, 's3' | 'processedBucket'>): RollupPorts {
  return {
    async *keysBelow(prefix) {
      for await (const page of listObjects(s3, bucket, prefix)) yield page.map(({ key }) => key);
    },
    readText: (key) => readText(s3, bucket, key),
    async currentIdentity(rawKey) {
      const facts = await headObject(s3, bucket, currentTableKey(rawKey));
      return facts === undefined ? undefined : currentTableFactsOf(facts.metadata).identity;
    },
    async replace(key, text) {
      const body = Buffer.from(text);
      for (let attempt = 0; attempt < WRITES_MAX; attempt++) {
        const there = await headObject(s3, bucket, key);
        const options = { contentType: key.endsWith('.html') ? 'text/html; charset=utf-8' : 'application/json' };
        const written =
          there === undefined
            ? await putOnce(s3, bucket, key, body, options)
            : await putOver(s3, bucket, key, there.etag, body, options);
        if (written === 'written') return;
      }
      throw new Error(`${key} was written by others ${WRITES_MAX} times meanwhile: run it again`);
    },
  };
}
