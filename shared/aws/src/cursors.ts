/** How far what is done by the clock has come, in the pipeline's table. */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { pipeline } from '@tastetrend/contracts';
import { BrokenWorldError } from './errors.ts';

export type CursorName = 'reconcile' | 'audit' | 'rollup';

export interface CursorStore {
  /** The key behind which the next run goes on; undefined at the beginning. */
  read(name: CursorName): Promise<string | undefined>;
  /** Moves it on from where it was read; where another run moved it meanwhile it stays there. */
  move(name: CursorName, from: string | undefined, to: string | undefined): Promise<void>;
}

/** Unlike what else lies in the table these do not expire. */
export function cursorsIn(dynamoDb: DynamoDBClient, tableName: string): CursorStore {
  const keyOf = (name: CursorName) => ({ [pipeline.table.partition_key]: { S: `cursor#${name}` } });
  return {
    async read(name) {
      try {
        const command = new GetItemCommand({ TableName: tableName, Key: keyOf(name), ConsistentRead: true });
        return (await dynamoDb.send(command)).Item?.after?.S || undefined;
      } catch (error) {
        throw new BrokenWorldError(`cannot read the cursor of ${name} from table ${tableName}`, error);
      }
    },
    async move(name, from = '', to = '') {
      try {
        await dynamoDb.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(name),
            UpdateExpression: 'SET #after = :to',
            ConditionExpression: '#after = :from OR (:from = :beginning AND attribute_not_exists(#after))',
            ExpressionAttributeNames: { '#after': 'after' },
            ExpressionAttributeValues: { ':from': { S: from }, ':to': { S: to }, ':beginning': { S: '' } },
          }),
        );
      } catch (error) {
        if ((error as Error).name === 'ConditionalCheckFailedException') return;
        throw new BrokenWorldError(`cannot write the cursor of ${name} to table ${tableName}`, error);
      }
    },
  };
}
