/**
 * npm run -w examples/embedder consume -- [--once] [--embedder minilm|hashing|titan] [--store FILE]
 *
 * Subscribes, takes what was handed over before it did, then what comes. The pipeline is the one that `npm start -- --keep`
 * left on this machine.
 */
import { listObjects } from '@tastetrend/aws';
import { CHUNK_HEADS_PREFIX, type ChunksReadyDetail } from '@tastetrend/contracts';
import { createClients, findKeptStack, LOCAL_CREDENTIALS } from '@tastetrend/local';
import { openStore, parse, ROOT } from './arguments.ts';
import { handedOverIn } from './handed-over.ts';
import { receiveHandOvers, subscribeToHandOvers } from './subscription.ts';
import { takeHandOver } from './take-hand-over.ts';

const WAIT_S = 2;

const args = parse(process.argv.slice(2));
const kept = await findKeptStack(ROOT);
if (kept === undefined) {
  process.stderr.write('No pipeline runs on this machine: start one with `npm start -- --keep`.\n');
  process.exit(1);
}
const { resources } = kept;
const clients = createClients({ ...kept, credentials: LOCAL_CREDENTIALS });
const { s3, sqs } = clients;
const { embedder, store } = await openStore(args);
const handedOver = handedOverIn(s3, resources.buckets.processed);
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true));

async function take(detail: ChunksReadyDetail): Promise<void> {
  const { kind, embedded } = await takeHandOver(detail, handedOver, embedder, store);
  const { key } = detail.source;
  process.stdout.write(`${JSON.stringify(key)} ${detail.sequence}: ${kind}, ${embedded} texts embedded\n`);
}

try {
  const name = `${resources.env}-embedder-example`;
  const { queueUrl } = await subscribeToHandOvers(clients, resources.bus.name, name);
  // Subscribed first, looked then: what is handed over in between comes both ways, and is dropped once.
  for await (const page of listObjects(s3, resources.buckets.processed, CHUNK_HEADS_PREFIX)) {
    // A raw key may begin as ours do: its table then lies here, too.
    for (const { key } of page.filter((object) => object.key.endsWith('.json'))) {
      const head = await handedOver.head(key);
      if (head !== undefined) await take(head);
    }
  }
  while (!isStopped) {
    const { taken, failures } = await receiveHandOvers(sqs, queueUrl, WAIT_S, take);
    for (const failure of failures) process.stderr.write(`failed, and comes again: ${String(failure)}\n`);
    if (args.once && taken === 0) break;
  }
  const { chunks, texts, sources } = store.counts();
  process.stdout.write(`${chunks} chunks of ${sources} files, ${texts} texts with a vector (${embedder.name})\n`);
} finally {
  store.close();
  await embedder.close();
  clients.destroy();
}
