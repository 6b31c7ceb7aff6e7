import { pipeline, REVIEW_COLUMNS } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { validationOfRows } from '../test-data/lineage.ts';
import { GONE, REJECTED } from '../test-data/tally.ts';
import { lineageEventOf } from './lineage.ts';
import { validationOf } from './validation.ts';

/** What OpenLineage 2-0-2 and its facets ask for, in our words; the published client takes the event too (README). */
const facet = { _producer: z.url(), _schemaURL: z.url().startsWith('https://openlineage.io/spec/') };
const columnMetrics = z.strictObject({
  nullCount: z.int(),
  count: z.number(),
  distinctCount: z.int().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  quantiles: z.record(z.string(), z.number()).optional(),
});
const event = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime(),
  producer: z.url(),
  schemaURL: z.url(),
  run: z.strictObject({ runId: z.uuid() }),
  job: z.strictObject({ namespace: z.string(), name: z.string() }),
  inputs: z.array(
    z.strictObject({
      namespace: z.string(),
      name: z.string(),
      facets: z.strictObject({ version: z.strictObject({ ...facet, datasetVersion: z.string() }) }),
      inputFacets: z.strictObject({
        dataQualityMetrics: z.strictObject({
          ...facet,
          rowCount: z.int(),
          columnMetrics: z.record(z.string(), columnMetrics),
        }),
        dataQualityAssertions: z.strictObject({
          ...facet,
          assertions: z.array(
            z.strictObject({
              assertion: z.string(),
              success: z.boolean(),
              severity: z.enum(['warn', 'error']),
              description: z.string(),
              expected: z.string().optional(),
              actual: z.string().optional(),
              column: z.string().optional(),
            }),
          ),
        }),
      }),
    }),
  ),
  outputs: z.array(z.never()),
});

describe('the OpenLineage event', () => {
  it('says of each column what is in it, and of each check whether it holds', () => {
    const parsed = event.parse(JSON.parse(lineageEventOf(validationOfRows()) ?? ''));
    const [input] = parsed.inputs;
    const { dataQualityMetrics: metrics, dataQualityAssertions: checks } = input?.inputFacets ?? {};
    expect(parsed.eventType).toBe('FAIL');
    expect(metrics?.rowCount).toBe(10);
    expect(Object.keys(metrics?.columnMetrics ?? {})).toEqual(REVIEW_COLUMNS.map(({ name }) => name));
    expect(metrics?.columnMetrics.total_spent).toEqual({
      nullCount: 0,
      count: 10,
      distinctCount: 3,
      min: 1,
      max: 9.5,
      quantiles: { '0.05': 1, '0.25': 2, '0.5': 3, '0.75': 4, '0.95': 9.5 },
    });
    expect(metrics?.columnMetrics.review_date).toEqual({ nullCount: 0, count: 10, distinctCount: 3 });
    const assertion = (name: string) => checks?.assertions.find((one) => one.assertion === name);
    expect(assertion('quarantined_pct')).toMatchObject({
      success: false,
      severity: 'error',
      expected: 'not over 10',
      actual: '47.37',
    });
    expect(assertion('review_text_missing_pct')).toMatchObject({
      success: true,
      severity: 'error',
      column: 'review_text',
    });
    expect(assertion('age_range_missing_pct')).toMatchObject({
      success: false,
      severity: 'warn',
      expected: 'not over 20',
    });
  });

  it('promise 1, once in effect: its time and run follow from the version', () => {
    const text = lineageEventOf(validationOfRows());
    expect(lineageEventOf(validationOfRows())).toBe(text);
    expect(JSON.parse(text ?? '')).toMatchObject({ eventTime: '2025-03-04T05:06:07.000Z' });
  });

  it('is of a rejected file too, and of no version whose upload time nobody knows', () => {
    const rejected = JSON.parse(lineageEventOf(validationOf(REJECTED, null, pipeline.checks)) ?? '');
    expect(event.parse(rejected)).toMatchObject({ eventType: 'FAIL' });
    expect(lineageEventOf(validationOf(GONE, null, pipeline.checks))).toBeUndefined();
  });
});
