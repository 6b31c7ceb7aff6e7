import { ConfigurationError } from '@tastetrend/aws';
import { pipeline } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { assertMemoryFits } from './memory.ts';

describe('promise 7, bounded', () => {
  it('fits the memory of pipeline.json, and refuses less at start', () => {
    expect(() => assertMemoryFits(pipeline.functions.report.memory_mb)).not.toThrow();
    expect(() => assertMemoryFits(128)).toThrow(ConfigurationError);
  });
});
