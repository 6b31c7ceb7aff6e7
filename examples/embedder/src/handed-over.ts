/** Sets and deltas out of the processed bucket. */
import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { BrokenWorldError, openObject, readText, type s3Client } from '@tastetrend/aws';
import { chunksReadyDetailSchema } from '@tastetrend/contracts';
import type { HandedOver } from './take-hand-over.ts';

export function handedOverIn(s3: ReturnType<typeof s3Client>, bucket: string): HandedOver {
  return {
    async *lines<Line>({ key, sha256 }: { readonly key: string; readonly sha256: string }) {
      const opened = await openObject(s3, bucket, key);
      if (opened === undefined) throw new BrokenWorldError(`s3://${bucket}/${key} is not there`);
      const digest = createHash('sha256');
      const unpacked = opened.body.on('error', (error) => unpacked.destroy(error)).pipe(createGunzip());
      let rest = '';
      const decoder = new TextDecoder();
      for await (const piece of unpacked as AsyncIterable<Buffer>) {
        digest.update(piece);
        const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as Line;
      }
      // Thrown inside of the transaction that takes the lines, so that nothing of them is kept.
      if (digest.digest('hex') !== sha256) throw new BrokenWorldError(`s3://${bucket}/${key} is not what was named`);
    },
    async head(key) {
      const text = await readText(s3, bucket, key);
      return text === undefined ? undefined : chunksReadyDetailSchema.parse(JSON.parse(text));
    },
  };
}
