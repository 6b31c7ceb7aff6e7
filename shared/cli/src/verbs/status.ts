/** `status`: how many files are where, what the queues hold, what the functions have counted, and what has failed. */
import { GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { BrokenWorldError, type FailureRecord, scanFailures } from '@tastetrend/aws';
import { pipeline } from '@tastetrend/contracts';
import { type FileStates, fileStates } from '@tastetrend/ingest';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { count, formatTable, printable } from '../output/table.ts';
import { findTarget, type Target } from '../target.ts';
import { explain } from './explain.ts';

interface QueueState {
  readonly name: string;
  readonly isDeadLetter: boolean;
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
}

interface MetricSum {
  readonly name: string;
  readonly dimensions: string;
  readonly sum: number;
  readonly samples: number;
}

const METRIC_HOURS = 24;
const METRICS_MAX = 500;

/** With a key, its whole story: as `explain`. */
export async function status(invocation: Invocation): Promise<number> {
  const { root, options, files } = invocation;
  if (files.length > 0) return await explain(invocation);
  const target = await findTarget(root, options.env);
  const [states, queues, metrics, failures] = await Promise.all([
    fileStates(target),
    queueStates(target),
    metricSums(target),
    scanFailures(target.dynamoDb, target.tableName),
  ]);
  if (options.json) {
    process.stdout.write(
      `${printableJson({ target: target.description, files: states, queues, metrics, failures })}\n`,
    );
  } else {
    process.stdout.write(
      `${target.description}\n\n${formatStates(states)}\n\n${formatQueues(queues)}\n\n${formatMetrics(metrics)}\n`,
    );
    if (failures.length > 0) process.stdout.write(`\n${formatFailureRecords(failures)}\n`);
  }
  return 0;
}

async function queueStates({ sqs, queueNames }: Target): Promise<QueueState[]> {
  return await Promise.all(
    Object.entries(queueNames).map(async ([name, queueName]) => {
      try {
        const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
        const { Attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({
            QueueUrl,
            AttributeNames: [
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesNotVisible',
              'ApproximateNumberOfMessagesDelayed',
            ],
          }),
        );
        return {
          name,
          isDeadLetter: name in pipeline.dead_letter_queues,
          waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
          inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
          delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
        };
      } catch (error) {
        throw new BrokenWorldError(`cannot look at queue ${queueName}`, error);
      }
    }),
  );
}

async function metricSums({ cloudWatch }: Target): Promise<MetricSum[]> {
  try {
    const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand({ Namespace: pipeline.emf_namespace }));
    const listed = Metrics.slice(0, METRICS_MAX);
    if (listed.length === 0) return [];
    const now = Date.now();
    const ask = (stat: 'Sum' | 'SampleCount') =>
      listed.map((Metric, i) => ({
        Id: `${stat.toLowerCase()}${i}`,
        MetricStat: { Metric, Period: 3_600, Stat: stat },
      }));
    const { MetricDataResults = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - METRIC_HOURS * 3_600_000),
        EndTime: new Date(now + 60_000),
        MetricDataQueries: [...ask('Sum'), ...ask('SampleCount')].slice(0, METRICS_MAX),
      }),
    );
    const total = (id: string) =>
      MetricDataResults.filter((result) => result.Id === id)
        .flatMap((result) => result.Values ?? [])
        .reduce((sum, value) => sum + value, 0);
    return listed
      .map(({ MetricName = '', Dimensions = [] }, i) => ({
        name: MetricName,
        dimensions: Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)
          .sort()
          .join(' '),
        sum: total(`sum${i}`),
        samples: total(`samplecount${i}`),
      }))
      .sort((a, b) => (a.dimensions + a.name < b.dimensions + b.name ? -1 : 1));
  } catch (error) {
    throw new BrokenWorldError('cannot read metrics from CloudWatch', error);
  }
}

function formatStates({ counts, oldest_unfinished: oldest, is_cut }: FileStates): string {
  const words = Object.entries(counts).map(([state, of]) => `${count(of)} ${state}`);
  const lines = [`file versions: ${words.join(', ')}${is_cut ? ', and more than were looked at' : ''}`];
  if (oldest !== null) {
    lines.push(`without a manifest for longest: ${printable(oldest.key)}, uploaded ${oldest.uploaded_at}`);
  }
  return lines.join('\n');
}

function formatQueues(queues: readonly QueueState[]): string {
  const rows = queues.map(({ name, isDeadLetter, waiting, inFlight, delayed }) => [
    isDeadLetter ? `${name} ${waiting > 0 ? '← look here' : ''}`.trim() : name,
    count(waiting),
    count(inFlight),
    count(delayed),
  ]);
  return formatTable(['queue', 'waiting', 'in flight', 'delayed'], rows, ['left', 'right', 'right', 'right']);
}

function formatMetrics(metrics: readonly MetricSum[]): string {
  if (metrics.length === 0) return `No metrics in the last ${METRIC_HOURS} hours.`;
  const rows = metrics.map(({ name, dimensions, sum, samples }) => [
    name,
    count(Math.round(sum * 100) / 100),
    count(samples),
    dimensions,
  ]);
  const title = `metric, last ${METRIC_HOURS} h`;
  return formatTable([title, 'sum', 'samples', 'dimensions'], rows, ['left', 'right', 'right', 'left']);
}

function formatFailureRecords(failures: readonly FailureRecord[]): string {
  const rows = [...failures]
    .sort((a, b) => (a.failedAt < b.failedAt ? 1 : -1))
    .map(({ failedAt, service, subject, receiveCount, receiveCountMax, cause }) => [
      failedAt,
      service,
      subject.slice(0, 17),
      `${receiveCount} of ${receiveCountMax}`,
      printable(cause).slice(0, 200),
    ]);
  return formatTable(['last failure', 'service', 'subject', 'receives', 'cause'], rows, [
    'left',
    'left',
    'left',
    'right',
    'left',
  ]);
}
