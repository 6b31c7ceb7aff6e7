import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AnsweringServer, settingsFor, startAnsweringServer } from './answering-server.fixture.ts';
import { batchAccess } from './batch.ts';
import { dynamoDbClient, s3Client, sqsClient } from './clients.ts';

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
    const settings = settingsFor(server);
    const clients = { sqs: sqsClient(settings), dynamoDb: dynamoDbClient(settings) };
    const access = batchAccess('transform', clients, { queueUrl: QueueUrl, environment: 'test', tableName: 't' });
    await access.setVisibility(message, 7);
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

  it('a service that never answers is given up after the limit, each time it is asked', async () => {
    const sockets = new Set<Socket>();
    let asked = 0;
    const silent = createServer((socket) => {
      sockets.add(socket);
      asked += 1;
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const settings = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    try {
      const asking = s3Client({ ...settings, requestTimeoutMs: 50 }).send(
        new HeadObjectCommand({ Bucket: 'b', Key: 'k' }),
      );
      await expect(asking).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
      expect(asked).toBe(4);
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});
