/** Clients for the local AWS. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where an AWS answers, and as whom to speak to it. */
export interface AwsAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** MiniStack takes any key; one of 12 digits would select another account. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

export interface AwsClients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly eventBridge: EventBridgeClient;
  readonly dynamoDb: DynamoDBClient;
  readonly cloudWatch: CloudWatchClient;
  /** Closes idle connections, so that the server need not wait for them at its end. */
  destroy(): void;
}

export function createClients({ endpoint, region, credentials }: AwsAccess): AwsClients {
  const base = { endpoint, region, credentials };
  const clients = {
    s3: new S3Client({
      ...base,
      // Names of buckets as host names would need a DNS of our own.
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    // Otherwise the client would call the host that stands in a queue's URL.
    sqs: new SQSClient({ ...base, useQueueUrlAsEndpoint: false }),
    eventBridge: new EventBridgeClient(base),
    dynamoDb: new DynamoDBClient(base),
    cloudWatch: new CloudWatchClient(base),
  };
  return {
    ...clients,
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
