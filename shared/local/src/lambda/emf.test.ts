import { describe, expect, it } from 'vitest';
import { metricsOf } from './emf.ts';

const line = (members: object, directive: object = {}) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        { Namespace: 'N', Dimensions: [['service']], Metrics: [{ Name: 'rows', Unit: 'Count' }], ...directive },
      ],
    },
    service: 'transform',
    ...members,
  });

describe('metricsOf', () => {
  it('reads one value, and a list of them', () => {
    for (const [rows, Values] of [
      [3, [3]],
      [
        [1, 2.5],
        [1, 2.5],
      ],
    ]) {
      expect(metricsOf(line({ rows }))).toEqual([
        {
          namespace: 'N',
          data: [
            {
              MetricName: 'rows',
              Dimensions: [{ Name: 'service', Value: 'transform' }],
              Timestamp: new Date(1_700_000_000_000),
              Unit: 'Count',
              Values,
            },
          ],
        },
      ]);
    }
  });

  it('gives each set of dimensions its own datum, and none a datum without', () => {
    const two = metricsOf(line({ rows: 1, env: 'local' }, { Dimensions: [['service'], ['service', 'env']] }));
    expect(two[0]?.data.map((datum) => datum.Dimensions?.length)).toEqual([1, 2]);
    const none = metricsOf(line({ rows: 1 }, { Dimensions: [] }));
    expect(none[0]?.data.map((datum) => datum.Dimensions)).toEqual([[]]);
  });

  it.each([
    ['text', 'hello'],
    ['other JSON', '{"level":"INFO"}'],
    ['broken JSON', '{"_aws":{"CloudWatchMetrics":[}'],
    ['a null for _aws', '{"_aws":null,"x":"CloudWatchMetrics","CloudWatchMetrics":1}'],
    ['no namespace', line({ rows: 1 }, { Namespace: '' })],
  ])('gives nothing for %s', (_, text) => {
    expect(metricsOf(text)).toEqual([]);
  });

  it.each([
    ['a missing value', {}],
    ['text as value', { rows: '3' }],
  ])('gives no datum for %s', (_, members) => {
    expect(metricsOf(line(members)).flatMap(({ data }) => data)).toEqual([]);
  });
});
