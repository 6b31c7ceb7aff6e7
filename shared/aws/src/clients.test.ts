import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AnsweringServer, settingsFor, startAnsweringServer } from './answering-server.fixture.ts';
import { visibilitySetter } from './batch.ts';
import { s3Client, sqsClient } from './clients.ts';

describe('clients with an endpoint', () => {
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
    vi.unstubAllEnvs();
  });
  // The host of a queue that is AWS's own: nothing of a local run may reach it.
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/queue';

  it('a queue URL of the real host is asked for at the endpoint', async () => {
    server = await startAnsweringServer(200, {});
    await sqsClient(settingsFor(server)).send(new ReceiveMessageCommand({ QueueUrl }));
    expect(server.asked).toHaveLength(1);
    expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({ QueueUrl });
  });

  it('so does the setter of visibilities', async () => {
    server = await startAnsweringServer(200, {});
    const message = { messageId: 'm', receiptHandle: 'h', body: '', attributes: { ApproximateReceiveCount: '1' } };
    await visibilitySetter(sqsClient(settingsFor(server)), QueueUrl)(message, 7);
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ QueueUrl, ReceiptHandle: 'h', VisibilityTimeout: 7 });
  });

  it('the endpoint may come from the environment, and buckets are paths there', async () => {
    server = await startAnsweringServer(404, '');
    const { endpoint, ...settings } = settingsFor(server);
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    const asking = s3Client(settings).send(new HeadObjectCommand({ Bucket: 'a-bucket', Key: 'a b.csv' }));
    await expect(asking).rejects.toThrow();
    expect(server.asked).toMatchObject([{ method: 'HEAD', url: '/a-bucket/a%20b.csv', host: endpoint.slice(7) }]);
  });
});
