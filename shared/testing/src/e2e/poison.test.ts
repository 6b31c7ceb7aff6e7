/** Messages that are not ours: each reaches its DLQ with a readable cause, and harms no other. */
import { subjectOfBody } from '@tastetrend/aws';
import type { FunctionName } from '@tastetrend/contracts';
import { pipeline as description } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  objectCreatedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { tinyFile } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'promise 6, one bad file harms only itself: poison';

const FOREIGN_EVENT = JSON.stringify({
  id: '1',
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  time: '2026-11-12T00:00:00Z',
  detail: { note: 'Jane Guest, 555-0100' },
});
const NO_JSON = 'Jane Guest, 555-0100, "the soup was cold';
const OTHER_BUCKET = JSON.stringify(objectCreatedEvent({ bucket: 'somebody-elses-bucket', key: 'Jane Guest.csv' }));
const NO_KEY = JSON.stringify({ ...objectCreatedEvent({ bucket: 'b', key: '' }), note: 'Jane Guest' });

const POISON: readonly (readonly [what: string, queue: FunctionName, body: string, cause: RegExp])[] = [
  [
    'a foreign event',
    'transform',
    FOREIGN_EVENT,
    /ForeignMessageError: this is no event of S3 about an object: .*(?:aws\.s3|detail-type)/,
  ],
  ['a body that is no JSON', 'transform', NO_JSON, /ForeignMessageError: the message body is no JSON \(40 bytes\)/],
  ['JSON that is no object', 'transform', 'null', /ForeignMessageError: this is no event of S3 about an object/],
  ['an event about another bucket', 'transform', OTHER_BUCKET, /about bucket somebody-elses-bucket, and not about /],
  ['an event without a key', 'transform', NO_KEY, /ForeignMessageError: .*key/],
  [
    'a foreign event for the report',
    'report',
    FOREIGN_EVENT,
    /ForeignMessageError: the message is no completion event/,
  ],
  ['a body that is no JSON for the report', 'report', NO_JSON, /ForeignMessageError: the message body is no JSON/],
];

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  const dead: Record<string, { body: string; receiveCount: number }[]> = {};
  let good: UploadedVersion[] = [];
  let goodAfter_ms = 0;

  beforeAll(async () => {
    p = await startPipeline({ timeFactor: 60 });
    await p.pauseUploads();
    for (let at = 0; at < 9; at++) good.push(await p.upload(`good ${at}.csv`, tinyFile(`text ${at}`)));
    await p.resumeUploads();
    const events = good.map((version) => objectCreatedEvent({ bucket: p.resources.buckets.raw, ...version }));
    // One batch: nine good ones and a bad one among them.
    await p.send('transform', ...events.slice(0, 4), FOREIGN_EVENT, ...events.slice(4));
    const began_ms = performance.now();
    for (const [, queue, body] of POISON.slice(1)) await p.send(queue, body);
    for (const { identity } of good) await p.waitFor(identity, 'reported');
    goodAfter_ms = performance.now() - began_ms;
    for (const queue of ['transform', 'report']) {
      const bodies = POISON.filter((one) => one[1] === queue);
      // Where they do not come, the tests below say which is missing.
      dead[queue] = await p.takeDeadLetters(`${queue}-dlq`, bodies.length).catch(() => []);
    }
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
    good = [];
  });

  it.each(POISON)('%s reaches the DLQ as it was, after as many receives as are allowed', (_, queue, body) => {
    const found = dead[queue]?.filter((message) => message.body === body) ?? [];
    expect(found).toHaveLength(1);
    expect(found[0]?.receiveCount).toBeGreaterThanOrEqual(description.queues[queue].max_receive_count);
  });

  it.each(POISON)(
    '%s leaves a failure record that says why, without quoting the body',
    async (_, queue, body, cause) => {
      const record = await p.failure(queue, subjectOfBody(body));
      const { max_receive_count } = description.queues[queue];
      expect(record).toMatchObject({
        service: queue,
        receiveCount: max_receive_count,
        receiveCountMax: max_receive_count,
      });
      expect(record?.cause).toMatch(cause);
      expect(record?.cause).not.toMatch(/Jane|555-0100|soup/);
      expect(record?.cause).not.toContain('\n');
    },
  );

  it('nothing of a body reaches the logs', async () => {
    for (const name of ['transform', 'report'] as const) {
      const text = await p.logText(name);
      expect(text).toContain('ForeignMessageError');
      expect(text).not.toMatch(/Jane|555-0100|soup/);
    }
  });

  it('one poison message in a batch of ten harms no other: the nine are done at once, and once', async () => {
    await p.idle();
    for (const { identity } of good) expect(p.completions(identity)).toHaveLength(1);
    // The first backoff is 1 s here: none of the nine waited for one.
    expect(
      await p.logLines('transform').then((lines) => lines.filter(({ message }) => message === 'repeated')),
    ).toEqual([]);
    expect(goodAfter_ms).toBeLessThan(20_000);
  });

  it('nothing else is in a DLQ', async () => {
    for (const queue of Object.keys(p.resources.deadLetterQueues)) {
      expect(await p.depth(queue)).toEqual({ visible: 0, inFlight: 0 });
    }
  });
});
