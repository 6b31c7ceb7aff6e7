/**
 * CloudWatch's embedded metric format: a log line that carries metrics.
 * Source: Amazon CloudWatch user guide, "Specification: Embedded metric format".
 */
import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';

/** The data of one namespace, as PutMetricData takes them. */
export interface NamespaceData {
  readonly namespace: string;
  readonly data: readonly MetricDatum[];
}

type Members = Readonly<Record<string, unknown>>;

/** @returns the metrics of a log line; none when it is no EMF, for then it is a log line like others */
export function metricsOf(line: string): readonly NamespaceData[] {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return [];
  const root = membersOf(parseJson(line));
  const metadata = membersOf(root._aws);
  if (typeof metadata.Timestamp !== 'number') return [];
  const timestamp = new Date(metadata.Timestamp);
  return itemsOf(metadata.CloudWatchMetrics).flatMap((item) => directiveData(membersOf(item), root, timestamp));
}

function directiveData(directive: Members, root: Members, timestamp: Date): NamespaceData[] {
  const { Namespace: namespace } = directive;
  if (typeof namespace !== 'string' || namespace === '') return [];
  const sets = itemsOf(directive.Dimensions).map((set) => itemsOf(set).map(String));
  const data = itemsOf(directive.Metrics).flatMap((item) => {
    const { Name, Unit = 'None' } = membersOf(item);
    const values = typeof Name === 'string' ? numbersOf(root[Name]) : [];
    if (values.length === 0) return [];
    return (sets.length === 0 ? [[]] : sets).map((set) => ({
      MetricName: String(Name),
      Dimensions: set.map((name) => ({ Name: name, Value: String(root[name] ?? '') })),
      Timestamp: timestamp,
      Unit: Unit as StandardUnit,
      Values: values,
    }));
  });
  return [{ namespace, data }];
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numbersOf(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'number');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
