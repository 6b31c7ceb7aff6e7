/** An AWS endpoint that gives one prepared answer to everything, for answers that no stand-in for AWS gives. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly body: string;
}

export interface AnsweringServer {
  readonly endpoint: string;
  readonly asked: readonly AskedRequest[];
  close(): Promise<void>;
}

export async function startAnsweringServer(status: number, answer: unknown): Promise<AnsweringServer> {
  const asked: AskedRequest[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, host: headers.host ?? '', body: await text(request) });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Settings that reach the server. */
export function settingsFor({ endpoint }: AnsweringServer) {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}
