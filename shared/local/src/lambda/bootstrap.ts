/**
 * The program of an execution environment's process: loads the function's bundle once, then runs one invocation after
 * another. It ends when its parent does, because the channel between them closes.
 *
 * `node bootstrap.ts <bundle.mjs>`
 */
import { pathToFileURL } from 'node:url';
import {
  type ChildMessage,
  type InvokeMessage,
  type LambdaContext,
  PAYLOAD_BYTES_MAX,
  type ThrownError,
} from './invocation.ts';
import { residentMemoryMax_mb } from './resident-memory.ts';

type Handler = (event: unknown, context: LambdaContext) => unknown;

process.on('disconnect', () => process.exit());
if (process.send === undefined || !process.connected) process.exit();

try {
  const handler = await loadHandler(process.argv[2] ?? '');
  process.on('message', (message) => void invoke(handler, message as InvokeMessage));
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'init_failed', error: describe(error) });
}

async function loadHandler(bundle: string): Promise<Handler> {
  const module: unknown = await import(pathToFileURL(bundle).href);
  if (typeof module !== 'object' || module === null || !('handler' in module)) {
    throw new TypeError(`${bundle} exports no handler`);
  }
  if (typeof module.handler !== 'function') throw new TypeError(`the handler of ${bundle} is not a function`);
  return module.handler as Handler;
}

async function invoke(handler: Handler, message: InvokeMessage): Promise<void> {
  try {
    const returned: unknown = await handler(JSON.parse(message.event), contextOf(message));
    tell({ kind: 'returned', response: serialise(returned), memoryMax_mb: memoryMax_mb() });
  } catch (error) {
    tell({ kind: 'threw', error: describe(error), memoryMax_mb: memoryMax_mb() });
  }
}

/** What JSON cannot say is the function's error, and so is more than Lambda carries. */
function serialise(returned: unknown): string {
  let response: string;
  try {
    response = JSON.stringify(returned) ?? 'null';
  } catch (cause) {
    throw Object.assign(new TypeError('the response cannot be written as JSON', { cause }), {
      name: 'Runtime.MarshalError',
    });
  }
  const bytes = Buffer.byteLength(response);
  if (bytes > PAYLOAD_BYTES_MAX) {
    throw Object.assign(new RangeError(`the response has ${bytes} bytes, and ${PAYLOAD_BYTES_MAX} are allowed`), {
      name: 'Function.ResponseSizeTooLarge',
    });
  }
  return response;
}

function contextOf(message: InvokeMessage): LambdaContext {
  const { env } = process;
  return {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME ?? '',
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION ?? '',
    invokedFunctionArn: message.functionArn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '',
    awsRequestId: message.requestId,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, message.deadline_ms - Date.now()),
  };
}

function describe(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function memoryMax_mb(): number {
  return Math.ceil(residentMemoryMax_mb());
}

function tell(message: ChildMessage): void {
  // The channel may have closed meanwhile; then the process is about to end, and nobody listens.
  process.send?.(message, undefined, undefined, () => {});
}
