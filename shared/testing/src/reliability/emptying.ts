/** Taking away everything that a pipeline made, so that it makes it again. */
import { BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { pipeline as description } from '@tastetrend/contracts';
import type { RunningPipeline } from '../pipeline/index.ts';

const OBJECTS_MAX = 1000;
const ITEMS_MAX = 25;

/** Empties the processed bucket and the table with leases and failure records. */
export async function emptyProcessed(p: RunningPipeline): Promise<void> {
  const Objects = (await p.listProcessed()).map(({ key }) => ({ Key: key }));
  for (let from = 0; from < Objects.length; from += OBJECTS_MAX) {
    const Delete = { Objects: Objects.slice(from, from + OBJECTS_MAX) };
    await p.s3.send(new DeleteObjectsCommand({ Bucket: p.resources.buckets.processed, Delete }));
  }
  await emptyTable(p);
}

async function emptyTable({ dynamoDb, resources }: RunningPipeline): Promise<void> {
  const TableName = resources.table;
  const name = description.table.partition_key;
  for (;;) {
    const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName }));
    if (Items.length === 0) return;
    for (let from = 0; from < Items.length; from += ITEMS_MAX) {
      const requests = Items.slice(from, from + ITEMS_MAX).map((item) => {
        return { DeleteRequest: { Key: { [name]: item[name] ?? { S: '' } } } };
      });
      await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
    }
  }
}
