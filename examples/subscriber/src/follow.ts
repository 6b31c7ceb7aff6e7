/**
 * npm run -w examples/subscriber follow -- [--once] [FILE]
 *
 * Subscribes to the pipeline that `npm start -- --keep` left on this machine, and keeps a ledger of its files in FILE
 * (ledger.db if not given). `--once` ends when the queue is empty.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { COMPLETION_DETAIL_TYPE, COMPLETION_SOURCE, REMOVAL_DETAIL_TYPE } from '@tastetrend/contracts';
import { createClients, findKeptStack, LOCAL_CREDENTIALS } from '@tastetrend/local';
import { Ledger } from './ledger.ts';
import { receive, subscribe } from './subscription.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WAIT_S = 2;
const VISIBILITY_S = 30;

const { values, positionals } = parseArgs({ options: { once: { type: 'boolean' } }, allowPositionals: true });
const kept = await findKeptStack(ROOT);
if (kept === undefined) {
  process.stderr.write('No pipeline runs on this machine: start one with `npm start -- --keep`.\n');
  process.exit(1);
}
const { resources } = kept;
const clients = createClients({ ...kept, credentials: LOCAL_CREDENTIALS });
const ledger = new Ledger(positionals[0] ?? 'ledger.db');
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true));
try {
  const { queueUrl } = await subscribe(clients, {
    name: `${resources.env}-subscriber-example`,
    busName: resources.bus.name,
    source: COMPLETION_SOURCE,
    detailTypes: [COMPLETION_DETAIL_TYPE, REMOVAL_DETAIL_TYPE],
    visibilityS: VISIBILITY_S,
  });
  while (!isStopped) {
    const { taken, failures } = await receive(clients.sqs, queueUrl, WAIT_S, async (event) => {
      ledger.take(event);
    });
    for (const failure of failures) process.stderr.write(`failed, and comes again: ${String(failure)}\n`);
    if (taken > 0) {
      for (const entry of ledger.entries()) process.stdout.write(`${JSON.stringify(entry)}\n`);
    }
    if (values.once && taken === 0) break;
  }
} finally {
  ledger.close();
  clients.destroy();
}
