/** A function: as many execution environments as its concurrency allows, made when they are needed, and reused. */
import { randomUUID } from 'node:crypto';
import { type EnvironmentSettings, ExecutionEnvironment } from './environment.ts';
import type { InvocationOutcome } from './invocation.ts';

export interface FunctionSettings extends EnvironmentSettings {
  /** Environments at the same time; more invocations are throttled. */
  readonly concurrency: number;
}

export class LambdaFunction {
  readonly #settings: FunctionSettings;
  readonly #environments = new Set<ExecutionEnvironment>();
  #starting = 0;
  #stopped = false;

  constructor(settings: FunctionSettings) {
    this.#settings = settings;
  }

  /** The processes of its environments that are alive now. */
  get pids(): number[] {
    return [...this.#environments].flatMap((environment) => environment.pid ?? []);
  }

  /**
   * Invokes it and waits for the outcome, which is a value however it ends.
   * @param event anything that JSON can say
   */
  async invoke(event: unknown): Promise<InvocationOutcome> {
    const environment = this.#idle() ?? (await this.#another());
    if (environment === undefined) {
      const refused = this.#stopped
        ? ({ reason: 'stopped', errorType: 'Stopped', errorMessage: 'the function was stopped' } as const)
        : ({ reason: 'throttled', errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' } as const);
      return { kind: 'failed', requestId: randomUUID(), ...refused };
    }
    const outcome = await environment.invoke(JSON.stringify(event));
    if (!environment.isAlive) await this.#drop(environment);
    return outcome;
  }

  /** Ends all environments at once; running invocations fail. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#environments].map((environment) => this.#drop(environment)));
  }

  /** An environment that nobody uses, reserved for the caller. One that died while idle makes room for another. */
  #idle(): ExecutionEnvironment | undefined {
    if (this.#stopped) return undefined;
    for (const environment of this.#environments) {
      if (!environment.isAlive && !environment.isBusy) this.#environments.delete(environment);
    }
    return [...this.#environments].find((environment) => environment.reserve());
  }

  async #another(): Promise<ExecutionEnvironment | undefined> {
    if (this.#stopped || this.#environments.size + this.#starting >= this.#settings.concurrency) return undefined;
    this.#starting += 1;
    const environment = await ExecutionEnvironment.start(this.#settings).finally(() => {
      this.#starting -= 1;
    });
    environment.reserve();
    this.#environments.add(environment);
    if (!this.#stopped) return environment;
    await this.#drop(environment);
    return undefined;
  }

  async #drop(environment: ExecutionEnvironment): Promise<void> {
    await environment.end();
    this.#environments.delete(environment);
  }
}
