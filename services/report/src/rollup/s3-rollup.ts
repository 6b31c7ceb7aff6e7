/** The ports of the rollup over the processed bucket. */
import {
  headObject,
  listFolders,
  listObjects,
  putOnce,
  putOver,
  readTextWithFacts,
  type s3Client,
} from '@tastetrend/aws';
import { currentTableFactsOf } from '@tastetrend/contracts';
import { contentTypeOf } from '../s3-objects.ts';
import type { RollupPorts } from './ports.ts';

export function s3RollupPorts(s3: ReturnType<typeof s3Client>, bucket: string): RollupPorts {
  return {
    listed: (prefix, after) => listObjects(s3, bucket, prefix, after),
    folders: (prefix) => listFolders(s3, bucket, prefix),
    async read(key) {
      const found = await readTextWithFacts(s3, bucket, key);
      return found && { text: found.text, etag: found.facts.etag, metadata: found.facts.metadata };
    },
    async write(key, over, text, metadata = {}) {
      const options = { contentType: contentTypeOf(key), metadata };
      if (over === undefined) return await putOnce(s3, bucket, key, Buffer.from(text), options);
      return await putOver(s3, bucket, key, over, Buffer.from(text), options);
    },
    async currentTable(tableKey) {
      const facts = await headObject(s3, bucket, tableKey);
      return facts && currentTableFactsOf(facts.metadata);
    },
  };
}
