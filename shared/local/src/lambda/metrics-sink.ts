/** Metrics out of the functions' output, on their way to CloudWatch. Losing them never breaks a run. */
import { type CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { metricsOf } from './emf.ts';

/** PutMetricData takes up to 1,000 metrics in a request. */
const BATCH_MAX = 1_000;
/** More than that waits only when CloudWatch does not answer. */
const WAITING_MAX = 20_000;
const FLUSH_EVERY_MS = 500;

export class MetricsSink {
  readonly #client: CloudWatchClient;
  readonly #onError: (line: string) => void;
  readonly #waiting = new Map<string, MetricDatum[]>();
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #flushing: Promise<void> = Promise.resolve();

  /** @param onError takes a line about metrics that could not be sent */
  constructor(client: CloudWatchClient, onError: (line: string) => void) {
    this.#client = client;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
    this.#timer.unref();
  }

  /** Takes a line of a function's output, which may or may not carry metrics. */
  take(line: string): void {
    for (const { namespace, data } of metricsOf(line)) {
      if (this.#count + data.length > WAITING_MAX) {
        this.#onError(`metrics: ${data.length} values of ${namespace} were dropped, ${this.#count} are waiting`);
        continue;
      }
      const waiting = this.#waiting.get(namespace) ?? [];
      waiting.push(...data);
      this.#waiting.set(namespace, waiting);
      this.#count += data.length;
    }
  }

  /** Sends what waits; never rejects. */
  async flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#send());
    await this.#flushing;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #send(): Promise<void> {
    const taken = [...this.#waiting];
    this.#waiting.clear();
    this.#count = 0;
    for (const [namespace, data] of taken) {
      for (let from = 0; from < data.length; from += BATCH_MAX) {
        const MetricData = data.slice(from, from + BATCH_MAX);
        try {
          await this.#client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
        } catch (error) {
          this.#onError(`metrics: ${MetricData.length} values of ${namespace} were not sent: ${String(error)}`);
        }
      }
    }
  }
}
