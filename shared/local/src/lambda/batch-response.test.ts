import { describe, expect, it } from 'vitest';
import { failedMessageIds, judgeBatchResponse } from './batch-response.ts';

const IDS = ['a', 'b', 'c'];
const failing = (...items: unknown[]) => ({ batchItemFailures: items });

describe('failedMessageIds', () => {
  it.each([
    ['null', null],
    ['undefined', undefined],
    ['an empty object', {}],
    ['a null list', { batchItemFailures: null }],
    ['an empty list', failing()],
  ])('keeps none after %s', (_, response) => {
    expect([...failedMessageIds(response, IDS)]).toEqual([]);
  });

  it.each([
    ['one', failing({ itemIdentifier: 'b' }), ['b']],
    ['all', failing({ itemIdentifier: 'c' }, { itemIdentifier: 'a' }, { itemIdentifier: 'b' }), ['a', 'b', 'c']],
    ['one named twice', failing({ itemIdentifier: 'a' }, { itemIdentifier: 'a' }), ['a']],
    ['one beside unknown members', { ...failing({ itemIdentifier: 'a', why: 'x' }), more: 1 }, ['a']],
  ])('keeps the failed messages: %s', (_, response, expected) => {
    expect([...failedMessageIds(response, IDS)].sort()).toEqual(expected);
  });

  it.each([
    ['a string', 'done'],
    ['an empty string', ''],
    ['a number', 0],
    ['true', true],
    ['false', false],
    ['a list', []],
    ['a list of failures', [{ itemIdentifier: 'a' }]],
    ['an object without batchItemFailures', { statusCode: 200 }],
    ['a wrong key name', { batchItemFailure: [] }],
    ['an object for the list', { batchItemFailures: {} }],
    ['a string for the list', { batchItemFailures: 'a' }],
    ['false for the list', { batchItemFailures: false }],
    ['a string as an item', failing('a')],
    ['null as an item', failing(null)],
    ['an item without itemIdentifier', failing({})],
    ['an item with a wrong key name', failing({ itemIdentifer: 'a' })],
    ['a null itemIdentifier', failing({ itemIdentifier: null })],
    ['an empty itemIdentifier', failing({ itemIdentifier: '' })],
    ['a number as itemIdentifier', failing({ itemIdentifier: 1 })],
    ['an unknown itemIdentifier', failing({ itemIdentifier: 'd' })],
    ['a good item before a bad one', failing({ itemIdentifier: 'a' }, { itemIdentifier: '' })],
  ])('keeps the whole batch after %s', (_, response) => {
    expect([...failedMessageIds(response, IDS)]).toEqual(IDS);
    expect(judgeBatchResponse(response, IDS)).toMatchObject({ kind: 'whole_batch_failed' });
  });
});
