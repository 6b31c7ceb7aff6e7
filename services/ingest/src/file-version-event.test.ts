import { objectCreatedEventSchema } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { objectCreatedEventOf } from './file-version-event.ts';

const facts = { etag: '"abc"', bytes: 7, uploadedAt: '2026-11-12T01:02:03.000Z' };

describe('objectCreatedEventOf', () => {
  it('is an event as S3 sends it, about the very version, its key as it stands', () => {
    const event = objectCreatedEventOf({ bucket: 'raw', key: 'a b+c%20.csv', versionId: 'v1' }, facts);
    expect(objectCreatedEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
    expect(event.detail.object).toEqual({ key: 'a b+c%20.csv', size: 7, etag: 'abc', 'version-id': 'v1' });
    expect(event.id).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('is the same each time, and another for another version', () => {
    const version = { bucket: 'raw', key: 'a.csv', versionId: 'v1' };
    expect(objectCreatedEventOf(version, facts)).toEqual(objectCreatedEventOf({ ...version }, facts));
    expect(objectCreatedEventOf({ ...version, versionId: 'v2' }, facts).id).not.toBe(
      objectCreatedEventOf(version, facts).id,
    );
  });

  it('names no version where the bucket keeps none: its etag does', () => {
    const { object } = objectCreatedEventOf({ bucket: 'raw', key: 'a.csv', versionId: 'etag:abc' }, facts).detail;
    expect(object).toEqual({ key: 'a.csv', size: 7, etag: 'abc' });
  });
});
