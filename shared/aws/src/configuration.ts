/** The only file that reads a function's environment. Every variable is named in the error when it is missing. */
import { ConfigurationError } from './errors.ts';

/** What every function of the pipeline is told by its environment. */
export interface FunctionConfiguration {
  readonly environment: string;
  readonly rawBucket: string;
  readonly processedBucket: string;
  readonly eventBusName: string;
  readonly tableName: string;
  /** The queue that feeds this function: where it sets the visibility of what it could not do. */
  readonly queueUrl: string;
  /** Local runs divide all timings by this; 1 in AWS. */
  readonly timeFactor: number;
  readonly functionMemoryMb: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError naming every variable that is missing or unusable */
export function readFunctionConfiguration(variables: Variables = process.env): FunctionConfiguration {
  const missing: string[] = [];
  const text = (name: string): string => {
    const value = variables[name]?.trim();
    if (!value) missing.push(`${name} is not set`);
    return value ?? '';
  };
  const positive = (name: string, fallback: number): number => {
    const value = Number(variables[name] ?? fallback);
    if (!(value > 0)) missing.push(`${name} must be a number above 0, not ${JSON.stringify(variables[name])}`);
    return value;
  };
  const configuration: FunctionConfiguration = {
    environment: text('ENVIRONMENT'),
    rawBucket: text('RAW_BUCKET'),
    processedBucket: text('PROCESSED_BUCKET'),
    eventBusName: text('EVENT_BUS_NAME'),
    tableName: text('TABLE_NAME'),
    queueUrl: text('QUEUE_URL'),
    timeFactor: positive('TIME_FACTOR', 1),
    functionMemoryMb: positive('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 1024),
  };
  if (missing.length > 0)
    throw new ConfigurationError(`the function's environment is incomplete: ${missing.join('; ')}`);
  return configuration;
}

/** A setting that a function has beside the shared ones; undefined when unset or empty. */
export function readSetting(name: string, variables: Variables = process.env): string | undefined {
  return variables[name]?.trim() || undefined;
}

/** The AWS endpoint that stands in for AWS, if one is set. */
export function readEndpoint(variables: Variables = process.env): string | undefined {
  return readSetting('AWS_ENDPOINT_URL', variables);
}
