import { pipeline } from '@tastetrend/contracts';
import { expect, test } from 'vitest';
import { assertMemoryFits, MemoryDoesNotFitError } from './memory.ts';

test('promise 7: the files in flight fit the function as it is described', () => {
  expect(() => assertMemoryFits(pipeline.functions.transform.memory_mb)).not.toThrow();
});

test('a function that is too small says at start what to change', () => {
  expect(() => assertMemoryFits(512)).toThrow(MemoryDoesNotFitError);
  expect(() => assertMemoryFits(512)).toThrow(/messages_in_flight_max|memory_mb/);
});
