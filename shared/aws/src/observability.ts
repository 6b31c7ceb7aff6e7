/**
 * Logs and metrics of one message. Powertools' Logger and Metrics are shared by everything in a process, so that keys and
 * dimensions of concurrent messages bleed into one another: here each message has a child logger and metrics of its own.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { pipeline } from '@tastetrend/contracts';

type MetricUnit = Parameters<Metrics['addMetric']>[1];

export interface Observer {
  /** Structured log lines; every one carries the keys given to `observerOf`. No names, texts or demographics. */
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
  /** Adds a metric of this message; written by `flush`. */
  count(name: string, unit: MetricUnit, value: number): void;
  /** Writes this message's metrics as one EMF line. */
  flush(): void;
}

const loggers = new Map<string, Logger>();

/**
 * @param keys go on every log line, e.g. the identity of the file version
 * @param dimensions of low cardinality: never a key, an id or a name out of a file
 */
export function observerOf(
  service: string,
  environment: string,
  keys: Readonly<Record<string, string | number>>,
  dimensions: Readonly<Record<string, string>> = {},
): Observer {
  let parent = loggers.get(service);
  if (parent === undefined) {
    parent = new Logger({ serviceName: service, persistentKeys: { environment } });
    loggers.set(service, parent);
  }
  const logger = parent.createChild({ persistentKeys: { environment, ...keys } });
  const metrics = new Metrics({ namespace: pipeline.emf_namespace, serviceName: service });
  metrics.addDimensions({ environment, ...dimensions });
  let added = 0;
  return {
    logger,
    count(name, unit, value) {
      metrics.addMetric(name, unit, value);
      added += 1;
    },
    flush() {
      if (added > 0) metrics.publishStoredMetrics();
      added = 0;
    },
  };
}
