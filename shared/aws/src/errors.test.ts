import { describe, expect, it } from 'vitest';
import { BrokenWorldError, describeError, EventNotAcceptedError, httpStatusOf } from './errors.ts';

const awsError = Object.assign(new Error('slow down'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });

describe('describeError', () => {
  it.each([
    ['an error', new TypeError('no'), 'TypeError: no'],
    ['an error of AWS', awsError, 'SlowDown: slow down (HTTP 503)'],
    [
      'an error with a cause',
      new BrokenWorldError('cannot read x', awsError),
      'BrokenWorldError: cannot read x: SlowDown: slow down (HTTP 503)',
    ],
    [
      'an error of a library with a cause that it does not tell',
      new Error('failed to save', { cause: new Error('of that', { cause: awsError }) }),
      'Error: failed to save: Error: of that: SlowDown: slow down (HTTP 503)',
    ],
    ['a kin of it', new EventNotAcceptedError('not taken'), 'EventNotAcceptedError: not taken'],
    ['a text', 'no', 'no'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
  ])('%s', (_, thrown, expected) => {
    expect(describeError(thrown)).toBe(expected);
  });

  it('keeps the cause', () => {
    expect(new BrokenWorldError('x', awsError).cause).toBe(awsError);
  });
});

describe('httpStatusOf', () => {
  it('is that of an error of AWS, and of nothing else', () => {
    expect([awsError, new Error('x'), 'text', undefined, null].map(httpStatusOf)).toEqual([
      503,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
