/**
 * Says in a header of each request which process sends it: a function's process loads this module before its bundle
 * (`--import`), so that the wire (wire.ts) knows whom to kill. Added after the request was signed, as a proxy would.
 */
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const SENDER_HEADER = 'x-tastetrend-sender';

const request = http.request;
const sender = `${process.env.AWS_LAMBDA_FUNCTION_NAME}/${process.pid}`;
http.request = ((options: http.RequestOptions, answered?: (response: http.IncomingMessage) => void) =>
  request({ ...options, headers: { ...options.headers, [SENDER_HEADER]: sender } }, answered)) as typeof request;
syncBuiltinESMExports();
