/** The metrics that dashboards and alarms of a plan show, held against the table of ours and what AWS is known to write. */
import { readFileSync } from 'node:fs';
import { type Plan, text } from './plan.ts';

export interface ShownMetric {
  readonly where: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface OurMetric {
  readonly name: string;
  readonly service: string;
  readonly dimensions: readonly string[];
}

export const OUR_METRICS = JSON.parse(
  readFileSync(new URL('../../../shared/contracts/metrics.json', import.meta.url), 'utf8'),
) as readonly OurMetric[];

/** Source: each service's page "CloudWatch metrics" in its developer guide. */
const AWS_METRICS: Readonly<Record<string, { names: readonly string[]; dimensions: readonly string[] }>> = {
  'AWS/Lambda': {
    names: ['ConcurrentExecutions', 'Duration', 'Errors', 'Invocations', 'Throttles'],
    dimensions: ['FunctionName'],
  },
  'AWS/SQS': {
    names: ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible', 'NumberOfMessagesSent'],
    dimensions: ['QueueName'],
  },
  'AWS/S3': { names: ['BucketSizeBytes'], dimensions: ['BucketName', 'StorageType'] },
  'AWS/DynamoDB': { names: ['ConsumedWriteCapacityUnits'], dimensions: ['TableName'] },
};

/** @returns what is wrong with it, or undefined */
export function problemOf(metric: ShownMetric, namespace: string): string | undefined {
  const { where, name, dimensions } = metric;
  const given = Object.keys(dimensions).sort().join();
  if (metric.namespace === namespace) {
    if (dimensions.environment === '*') return `${where}: ${name} is searched in every environment`;
    const ours = OUR_METRICS.find((one) => one.name === name && one.service === dimensions.service);
    if (ours === undefined) return `${where}: nobody writes ${name} of ${dimensions.service}`;
    return [...ours.dimensions].sort().join() === given ? undefined : `${where}: ${name} is not written by ${given}`;
  }
  const theirs = AWS_METRICS[metric.namespace];
  const isKnown = theirs?.names.includes(name) && [...theirs.dimensions].sort().join() === given;
  return isKnown ? undefined : `${where}: AWS is not known to write ${metric.namespace} ${name} by ${given}`;
}

export function shownMetrics(plan: Plan): ShownMetric[] {
  return [...onDashboards(plan), ...inAlarms(plan)];
}

function onDashboards(plan: Plan): ShownMetric[] {
  return plan.ofType('aws_cloudwatch_dashboard').flatMap((dashboard) => {
    const body = JSON.parse(text(dashboard, 'dashboard_body')) as {
      widgets: { properties: { title: string; metrics: unknown[][] } }[];
    };
    return body.widgets.flatMap(({ properties: { title, metrics } }) =>
      metrics.map((row) => {
        const where = `${dashboard.address}, ${title}`;
        const searched = searchedBy(row[0]);
        if (searched !== undefined) return { where, ...searched };
        const words = row.filter((item) => typeof item === 'string');
        const [namespace = '', name = '', ...rest] = words;
        const pairs = rest.flatMap((word, at) => (at % 2 === 0 ? [[word, rest[at + 1] ?? '']] : []));
        return { where, namespace, name, dimensions: Object.fromEntries(pairs) };
      }),
    );
  });
}

const SEARCH = /^SEARCH\('\{([^,}]+)((?:,"\w+")+)\} MetricName="(\w+)"((?: \w+="[^"]+")*)', '\w+', \d+\)$/;

/**
 * What a search finds: its schema names all dimensions, and its terms the values of some; any value of the others is found.
 * A search that cannot be read finds nothing, and is told as such. Source: CloudWatch user guide, "Search expression syntax".
 */
function searchedBy(item: unknown): Omit<ShownMetric, 'where'> | undefined {
  const expression = (item as { expression?: unknown } | undefined)?.expression;
  if (typeof expression !== 'string') return undefined;
  const [, namespace = '', schema = '', name = expression, terms = ''] = SEARCH.exec(expression) ?? [];
  const values = new Map([...terms.matchAll(/(\w+)="([^"]+)"/g)].map(([, key = '', value = '']) => [key, value]));
  const dimensions = [...schema.matchAll(/"(\w+)"/g)].map(([, key = '']) => key);
  const isTermOfSchema = [...values.keys()].every((key) => dimensions.includes(key));
  return {
    namespace,
    name: isTermOfSchema ? name : expression,
    dimensions: Object.fromEntries(dimensions.map((key) => [key, values.get(key) ?? '*'])),
  };
}

interface AlarmMetric {
  readonly namespace: string;
  readonly metric_name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

function inAlarms(plan: Plan): ShownMetric[] {
  return plan.ofType('aws_cloudwatch_metric_alarm').flatMap(({ address, values }) => {
    const queries = (values.metric_query ?? []) as { metric?: AlarmMetric[] }[];
    const direct = values.metric_name ? [values as unknown as AlarmMetric] : [];
    return [...direct, ...queries.flatMap(({ metric = [] }) => metric)].map((metric) => ({
      where: address,
      namespace: metric.namespace,
      name: metric.metric_name,
      dimensions: metric.dimensions,
    }));
  });
}
