/** Names of the things that policies are asked about: ours in an environment, and others that no function may touch. */
import {
  bucketName,
  catalogEntryKey,
  chunkDeltaKey,
  chunkHeadKey,
  chunkSetKey,
  comparisonKey,
  currentTableKey,
  historyKey,
  manifestKey,
  outputKey,
  pipeline,
  ROLLUP_KEY,
  reportKey,
  resourceName,
  rollupPartKey,
} from '@tastetrend/contracts';

export interface Place {
  readonly env: string;
  readonly accountId: string;
  readonly region: string;
}

const IDENTITY = 'ab'.repeat(32);
const UPLOADED_AT = '2026-11-12T01:02:03.000Z';

/** ARNs by a short name that the tables use. The keys are made by the very functions that the code makes them with. */
export function worldOf({ env, accountId, region }: Place): Readonly<Record<string, string>> {
  const bucket = (purpose: 'raw' | 'processed' | 'artifacts') => `arn:aws:s3:::${bucketName(purpose, env, accountId)}`;
  const here = `${region}:${accountId}`;
  const queue = (name: string) => `arn:aws:sqs:${here}:${resourceName(name, env)}`;
  const logs = (name: string) => `arn:aws:logs:${here}:log-group:/aws/lambda/${resourceName(name, env)}`;
  return {
    raw: bucket('raw'),
    'raw/object': `${bucket('raw')}/reviews/2026/downtown.csv`,
    processed: bucket('processed'),
    'processed/table': `${bucket('processed')}/${outputKey(IDENTITY, 'table')}`,
    'processed/quarantine': `${bucket('processed')}/${outputKey(IDENTITY, 'quarantine')}`,
    'processed/duplicates': `${bucket('processed')}/${outputKey(IDENTITY, 'duplicates')}`,
    'processed/profile': `${bucket('processed')}/${outputKey(IDENTITY, 'profile')}`,
    'processed/manifest': `${bucket('processed')}/${manifestKey(IDENTITY)}`,
    'processed/current': `${bucket('processed')}/${currentTableKey('reviews/2026/downtown.csv')}`,
    'processed/current at the top': `${bucket('processed')}/${currentTableKey('downtown.csv')}`,
    'processed/validation': `${bucket('processed')}/${reportKey('validation', UPLOADED_AT, IDENTITY)}`,
    'processed/bias': `${bucket('processed')}/${reportKey('bias', null, IDENTITY)}`,
    'processed/history': `${bucket('processed')}/${historyKey({ key: 'reviews/2026/downtown.csv' }, UPLOADED_AT, IDENTITY)}`,
    'processed/comparison': `${bucket('processed')}/${comparisonKey(UPLOADED_AT, IDENTITY, IDENTITY)}`,
    'processed/lineage': `${bucket('processed')}/${reportKey('lineage', UPLOADED_AT, IDENTITY)}`,
    'processed/page': `${bucket('processed')}/${reportKey('report', UPLOADED_AT, IDENTITY)}`,
    'processed/rollup': `${bucket('processed')}/${ROLLUP_KEY}`,
    'processed/part of the rollup': `${bucket('processed')}/${rollupPartKey(IDENTITY)}`,
    'catalog/reviews': `${bucket('processed')}/${catalogEntryKey('reviews', 'reviews/2026/downtown.csv')}`,
    'catalog/restaurant_info': `${bucket('processed')}/${catalogEntryKey('restaurant_info', 'info.csv')}`,
    'processed/chunks of a version': `${bucket('processed')}/${chunkSetKey(IDENTITY)}`,
    'processed/changes of chunks': `${bucket('processed')}/${chunkDeltaKey(IDENTITY, 2, IDENTITY, IDENTITY)}`,
    'processed/head of chunks': `${bucket('processed')}/${chunkHeadKey(IDENTITY)}`,
    'processed/other': `${bucket('processed')}/processed/other.txt`,
    'processed/outside': `${bucket('processed')}/notes.txt`,
    artifacts: bucket('artifacts'),
    'artifacts/object': `${bucket('artifacts')}/lambda/transform-0.1.zip`,
    "another environment's raw": `arn:aws:s3:::${bucketName('raw', 'other', accountId)}`,
    "another environment's raw/object": `arn:aws:s3:::${bucketName('raw', 'other', accountId)}/x.csv`,
    "another environment's processed/manifest": `arn:aws:s3:::${bucketName('processed', 'other', accountId)}/${manifestKey(IDENTITY)}`,
    'transform queue': queue('transform'),
    'report queue': queue('report'),
    'ingest queue': queue('ingest'),
    ...Object.fromEntries(Object.keys(pipeline.dead_letter_queues).map((name) => [name, queue(name)])),
    bus: `arn:aws:events:${here}:event-bus/${resourceName(pipeline.bus, env)}`,
    'default bus': `arn:aws:events:${here}:event-bus/default`,
    table: `arn:aws:dynamodb:${here}:table/${resourceName(pipeline.table.name, env)}`,
    "another environment's table": `arn:aws:dynamodb:${here}:table/${resourceName(pipeline.table.name, 'other')}`,
    'transform log stream': `${logs('transform')}:log-stream:2026/11/12/[1]0123456789abcdef`,
    'report log stream': `${logs('report')}:log-stream:2026/11/12/[1]0123456789abcdef`,
    'ingest log stream': `${logs('ingest')}:log-stream:2026/11/12/[1]0123456789abcdef`,
    'transform function': `arn:aws:lambda:${here}:function:${resourceName('transform', env)}`,
    'a trace': '*',
  };
}
