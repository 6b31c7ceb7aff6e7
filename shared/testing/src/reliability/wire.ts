/**
 * The wire between the functions and the local AWS: everything that a function asks goes through it, is written down, and
 * may meet a fault there. It stands outside of the functions' processes, so that a process that it kills does nothing more.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** The header that sender-header.ts adds. */
const SENDER_HEADER = 'x-tastetrend-sender';
/** What is larger is passed on without a look at its body. */
const LOOKED_AT_BYTES_MAX = 1_000_000;
const LATE_MS = 1_200;

/**
 * kill_before: SIGKILL to the process that asks; the server never hears of it. kill_after: SIGKILL when the server has
 * answered, and the process does not see the answer. throttle: the service's own answer for too many requests.
 * fail_before: an internal error, and nothing was done. fail_after: the server did it, and the process is told of an internal error. cut_after: the same, and the connection
 * breaks. stall: no answer, ever. delay: the answer comes late.
 */
export type WireAction =
  | 'kill_before'
  | 'kill_after'
  | 'throttle'
  | 'fail_before'
  | 'fail_after'
  | 'cut_after'
  | 'stall'
  | 'delay';

export interface WireFault {
  readonly call: string;
  /** The how-manieth call of this name, from 1 on, is the first to meet the fault. */
  readonly occurrence: number;
  readonly action: WireAction;
  /** How many calls of this name meet it, one after the other. */
  readonly times: number;
}

export interface WireCall {
  /** The function's name in pipeline.json; undefined for a request that says nothing of its sender. */
  readonly sender: string | undefined;
  /** As the SDK names it, without `Command`. */
  readonly command: string;
  readonly call: string;
}

export interface Wire {
  readonly endpoint: string;
  /** What was asked since the last `clear`, in the order of asking. */
  readonly calls: readonly WireCall[];
  forwardTo(endpoint: string): void;
  /** @returns how often the fault has been met so far */
  arm(fault: WireFault): () => number;
  clear(): void;
  stop(): Promise<void>;
}

/** What a call is recognised by. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly target: string | undefined;
  /** Of JSON protocols; empty for S3. */
  readonly body: string;
}

/** @param nameCall gives a request the name that it has in every run */
export async function startWire(nameCall: (asked: Asked, command: string) => string): Promise<Wire> {
  const calls: WireCall[] = [];
  const armed: { fault: WireFault; seen: number; met: number }[] = [];
  let upstream = new URL('http://127.0.0.1:1');
  const agent = new http.Agent({ keepAlive: true });

  function faultFor(call: string): WireFault | undefined {
    for (const entry of armed) {
      if (entry.fault.call !== call) continue;
      entry.seen += 1;
      if (entry.seen < entry.fault.occurrence || entry.met >= entry.fault.times) continue;
      entry.met += 1;
      return entry.fault;
    }
    return undefined;
  }

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const target = request.headers['x-amz-target']?.toString();
    const url = new URL(request.url ?? '/', 'http://wire');
    // S3's bodies stream through; the others are JSON that says what the call is about.
    const looked = target === undefined ? undefined : await readAll(request, LOOKED_AT_BYTES_MAX);
    const asked = { method: request.method ?? '', url, target, body: looked?.toString('utf8') ?? '' };
    const command = commandOf(asked);
    const call = nameCall(asked, command);
    const [sender, pid] = (request.headers[SENDER_HEADER]?.toString() ?? '').split('/');
    calls.push({ sender: sender || undefined, command, call });
    const fault = faultFor(call);
    if (fault?.action === 'kill_before') return kill(pid);
    if (fault?.action === 'stall') return;
    if (fault?.action === 'throttle' || fault?.action === 'fail_before') {
      request.resume();
      return fault.action === 'throttle' ? throttled(asked, response) : failed(response);
    }
    const { [SENDER_HEADER]: _, expect: __, ...headers } = request.headers;
    const { hostname, port } = upstream;
    const options = { agent, hostname, port, method: asked.method, path: request.url, headers };
    const forwarded = http.request(options, (answer) => {
      void answerWith(answer, response, fault, pid).catch(() => response.destroy());
    });
    forwarded.on('error', () => response.destroy());
    response.on('close', () => {
      if (!response.writableFinished && fault === undefined) forwarded.destroy();
    });
    if (looked === undefined) request.pipe(forwarded);
    else forwarded.end(looked);
  }

  const server = http.createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    forwardTo(endpoint) {
      upstream = new URL(endpoint);
    },
    arm(fault) {
      const entry = { fault, seen: 0, met: 0 };
      armed.push(entry);
      return () => entry.met;
    },
    clear() {
      armed.length = 0;
      calls.length = 0;
    },
    async stop() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerWith(
  answer: http.IncomingMessage,
  response: http.ServerResponse,
  fault: WireFault | undefined,
  pid: string | undefined,
): Promise<void> {
  if (fault === undefined || fault.action === 'delay') {
    if (fault !== undefined) await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    return;
  }
  // The server is done with it when its answer is whole.
  await readAll(answer, Number.POSITIVE_INFINITY);
  if (fault.action === 'kill_after') kill(pid);
  if (fault.action === 'cut_after') response.destroy();
  if (fault.action === 'fail_after') failed(response);
}

/** Its sockets break by themselves. @throws TypeError for a request that does not say whose it is */
function kill(pid: string | undefined): void {
  if (!(Number(pid) > 1)) throw new TypeError('a request without its sender');
  process.kill(Number(pid), 'SIGKILL');
}

function failed(response: http.ServerResponse): void {
  const body = '<Error><Code>InternalError</Code><Message>injected</Message></Error>';
  response.writeHead(500, { 'content-type': 'application/xml' }).end(body);
}

/** As each service says it. Sources: the API references' lists of common errors. */
function throttled({ target, method }: Asked, response: http.ServerResponse): void {
  if (target === undefined) {
    const body = method === 'HEAD' ? '' : '<Error><Code>SlowDown</Code><Message>injected</Message></Error>';
    response.writeHead(503, { 'content-type': 'application/xml' }).end(body);
    return;
  }
  const type = target.startsWith('DynamoDB')
    ? 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'
    : 'ThrottlingException';
  const body = JSON.stringify({ __type: type, message: 'injected' });
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type }).end(body);
}

async function readAll(stream: http.IncomingMessage, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += (part as Buffer).byteLength;
    if (bytes > bytesMax) throw new RangeError(`a body of over ${bytesMax} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** The command of the SDK that makes this request. S3's say it in `x-id`, or by method and query. */
function commandOf({ method, url, target }: Asked): string {
  if (target !== undefined) return target.slice(target.lastIndexOf('.') + 1);
  const said = url.searchParams.get('x-id');
  if (said !== null) return said;
  const query = url.searchParams;
  if (query.has('versions')) return 'ListObjectVersions';
  if (query.has('list-type')) return 'ListObjectsV2';
  if (query.has('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : 'ListMultipartUploads';
  if (query.has('uploadId') && method === 'POST') return 'CompleteMultipartUpload';
  if (query.has('delete')) return 'DeleteObjects';
  return method === 'HEAD' ? 'HeadObject' : `${method} of S3`;
}
