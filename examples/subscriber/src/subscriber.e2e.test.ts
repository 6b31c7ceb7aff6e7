/** Promise 9, subscribing is easy: the consumer beside the running pipeline counts every file once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { COMPLETION_DETAIL_TYPE, COMPLETION_SOURCE, REMOVAL_DETAIL_TYPE } from '@tastetrend/contracts';
import { canRunPipeline, objectCreatedEvent, type RunningPipeline, startPipeline } from '@tastetrend/testing/pipeline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Ledger } from './ledger.ts';
import { receive, type Subscription, subscribe } from './subscription.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'promise 9, subscribing is easy: the example subscriber';
const HEADER = 'review_id,date,rating,review_text';
const fileOf = (rows: number) =>
  [HEADER, ...Array.from({ length: rows }, (_, at) => `r${at},2026-01-02,4,"Text ${at}"`)].join('\n');

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let subscription: Subscription;
  let identity = '';
  const ledger = new Ledger(':memory:');
  beforeAll(async () => {
    p = await startPipeline();
    subscription = await subscribe(p, {
      name: 'subscriber-test',
      busName: p.resources.bus.name,
      source: COMPLETION_SOURCE,
      detailTypes: [COMPLETION_DETAIL_TYPE, REMOVAL_DETAIL_TYPE],
      visibilityS: 1,
    });
  }, 300_000);
  afterAll(async () => {
    ledger.close();
    await p?.stop();
  });

  /** @returns for each event that came whether it was new */
  async function consume(): Promise<boolean[]> {
    await p.idle();
    const news: boolean[] = [];
    for (let taken = 1; taken > 0; ) {
      const received = await receive(p.sqs, subscription.queueUrl, 1, async (event) => {
        news.push(ledger.take(event));
      });
      expect(received.failures).toEqual([]);
      ({ taken } = received);
    }
    return news;
  }

  it('counts each file once, however often it is delivered and told of', async () => {
    const { version } = await p.run('a.csv', fileOf(3));
    identity = version.identity;
    await p.run('b.csv', fileOf(2));
    await p.run('bad.csv', '%PDF-1.7');
    await consume();
    const before = ledger.entries();
    expect(before).toEqual([
      { key: 'a.csv', state: 'processed', accepted: 3 },
      { key: 'b.csv', state: 'processed', accepted: 2 },
      { key: 'bad.csv', state: 'rejected', accepted: 0 },
    ]);

    await p.send('transform', ...Array(4).fill(objectCreatedEvent({ bucket: p.resources.buckets.raw, ...version })));
    expect(await consume()).toEqual([false, false, false, false]);
    expect(ledger.entries()).toEqual(before);
  });

  it('shows the newest good version, and nothing of a file that was deleted', async () => {
    await p.run('a.csv', fileOf(5));
    await p.run('a.csv', '%PDF-1.7');
    await consume();
    expect(ledger.entries()[0]).toEqual({ key: 'a.csv', state: 'processed', accepted: 5 });

    await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.raw, Key: 'b.csv' }));
    await vi.waitUntil(() => p.removals('b.csv').length > 0, { timeout: 30_000 });
    await consume();
    expect(ledger.entries()[1]).toEqual({ key: 'b.csv', state: 'removed', accepted: 0 });
  });

  it('an effect that fails leaves no trace of its event, which comes again', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ledger-'));
    const file = path.join(folder, 'ledger.db');
    const [seen] = p.completions(identity);
    const event = { ...seen, source: COMPLETION_SOURCE, 'detail-type': COMPLETION_DETAIL_TYPE };
    const broken = new Ledger(file);
    new DatabaseSync(file).exec('DROP TABLE entries');
    expect(() => broken.take(event)).toThrow(/entries/);
    broken.close();
    const mended = new Ledger(file);
    expect([mended.take(event), mended.take(event)]).toEqual([true, false]);
    mended.close();
    await rm(folder, { recursive: true });
  });
});
