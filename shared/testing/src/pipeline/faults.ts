/**
 * Faults at a chosen request of a function: the function's process loads this module before its bundle (`--import`), and
 * a test leaves a file for each fault in the folder of TASTETREND_FAULTS. The bundle itself is the one that is deployed.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { connect, type NetConnectOpts } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';

export interface Fault {
  /** A regular expression over `<METHOD> <path> <x-amz-target>`. */
  readonly request: string;
  /**
   * kill_before: the process dies when it is about to ask. kill_after: it dies when the answer is there, and nobody has
   * read it. stall: the request is never sent. delay: it is sent after `delay_ms`. All of these happen once. refuse: the
   * connection breaks, until the fault is removed.
   */
  readonly action: 'kill_before' | 'kill_after' | 'stall' | 'delay' | 'refuse';
  readonly delay_ms?: number;
}

export const FAULTS_VARIABLE = 'TASTETREND_FAULTS';

function install(faultsDir: string): void {
  const request = http.request;
  http.request = ((options: http.RequestOptions, answered?: (response: http.IncomingMessage) => void) => {
    const headers = (options.headers ?? {}) as Record<string, string>;
    const target = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1] ?? '';
    const fault = claim(faultsDir, `${options.method} ${options.path} ${target}`);
    if (fault?.action === 'kill_before') die();
    const sent = request({ ...options, ...changesFor(fault) }, answered);
    if (fault?.action === 'refuse') sent.destroy(Object.assign(new Error('injected'), { code: 'ECONNRESET' }));
    if (fault?.action === 'kill_after') sent.prependOnceListener('response', die);
    return sent;
  }) as typeof request;
  syncBuiltinESMExports();
}

function changesFor(fault: Fault | undefined): http.RequestOptions {
  // A name that is never looked up to its end: the request waits for as long as its process lives.
  if (fault?.action === 'stall') return { host: 'stalled', hostname: 'stalled', lookup: () => {} };
  if (fault?.action === 'delay') return { agent: new LateAgent(fault.delay_ms ?? 0) };
  return {};
}

/** Connects some time after it was asked to. */
class LateAgent extends http.Agent {
  readonly #delay_ms: number;
  constructor(delay_ms: number) {
    super();
    this.#delay_ms = delay_ms;
  }
  override createConnection(
    options: NetConnectOpts,
    connected?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    setTimeout(() => connected?.(null, connect(options)), this.#delay_ms);
  }
}

/** The fault for this request, if there is one that no other process has taken. */
function claim(faultsDir: string, asked: string): Fault | undefined {
  if (!existsSync(faultsDir)) return undefined;
  for (const name of readdirSync(faultsDir)) {
    const file = path.join(faultsDir, name);
    try {
      const fault = JSON.parse(readFileSync(file, 'utf8')) as Fault;
      if (!new RegExp(fault.request).test(asked)) continue;
      // Whoever removes the file has the fault.
      if (fault.action !== 'refuse') rmSync(file);
      return fault;
    } catch {
      // Another process was faster.
    }
  }
  return undefined;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
  // The signal is handled when this thread is back in the kernel: nothing more may happen here.
  for (;;);
}

const folder = process.env[FAULTS_VARIABLE];
if (folder !== undefined) install(folder);
