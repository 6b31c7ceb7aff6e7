import { describe, expect, it } from 'vitest';
import { readEndpoint, readFunctionConfiguration, readSetting } from './configuration.ts';
import { BrokenWorldError, ConfigurationError } from './errors.ts';

const COMPLETE = {
  ENVIRONMENT: 'test',
  RAW_BUCKET: 'raw',
  PROCESSED_BUCKET: 'processed',
  EVENT_BUS_NAME: 'bus',
  TABLE_NAME: 'table',
  QUEUE_URL: 'http://localhost/queue',
};

function refusal(variables: Record<string, string | undefined>): string {
  try {
    readFunctionConfiguration(variables);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toBeInstanceOf(BrokenWorldError);
    return (error as Error).message;
  }
  throw new Error('the variables were taken');
}

describe('readFunctionConfiguration', () => {
  it('reads every variable, trimmed, and fills in what has a default', () => {
    expect(readFunctionConfiguration({ ...COMPLETE, RAW_BUCKET: ' raw ' })).toEqual({
      environment: 'test',
      rawBucket: 'raw',
      processedBucket: 'processed',
      eventBusName: 'bus',
      tableName: 'table',
      queueUrl: 'http://localhost/queue',
      timeFactor: 1,
      functionMemoryMb: 1024,
    });
  });

  it('names every variable that is missing, at once', () => {
    const message = refusal({});
    for (const name of Object.keys(COMPLETE)) expect(message).toContain(`${name} is not set`);
  });

  it.each(Object.keys(COMPLETE))('names %s when it alone is missing, and no other', (name) => {
    for (const value of [undefined, '', '  ']) {
      const message = refusal({ ...COMPLETE, [name]: value });
      expect(message).toBe(`the function's environment is incomplete: ${name} is not set`);
    }
  });

  it.each(['0', '-1', 'many', 'NaN'])('refuses %s as a number', (value) => {
    expect(refusal({ ...COMPLETE, TIME_FACTOR: value })).toContain(
      `TIME_FACTOR must be a number above 0, not "${value}"`,
    );
    expect(refusal({ ...COMPLETE, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: value })).toContain(
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    );
  });

  it('takes a time factor and the memory from the environment', () => {
    const variables = { ...COMPLETE, TIME_FACTOR: '60', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '2048' };
    expect(readFunctionConfiguration(variables)).toMatchObject({ timeFactor: 60, functionMemoryMb: 2048 });
  });
});

describe('readSetting, readEndpoint', () => {
  it('are undefined when unset or empty', () => {
    expect(readSetting('X', {})).toBeUndefined();
    expect(readSetting('X', { X: ' ' })).toBeUndefined();
    expect(readSetting('X', { X: ' y ' })).toBe('y');
    expect(readEndpoint({ AWS_ENDPOINT_URL: '' })).toBeUndefined();
    expect(readEndpoint({ AWS_ENDPOINT_URL: 'http://localhost:1' })).toBe('http://localhost:1');
  });
});
