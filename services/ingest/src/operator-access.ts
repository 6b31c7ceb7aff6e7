/** What the operator's verbs need of a pipeline. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';

export interface OperatorAccess {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly rawBucket: string;
  readonly processedBucket: string;
  readonly tableName: string;
  /** Queue names by their name in the description, DLQs among them. */
  readonly queueNames: Readonly<Record<string, string>>;
}
