import { describe, expect, test } from 'vitest';
import { completionIdOf, etagVersionId, identityOf, shortIdentity } from './identity.ts';

const version = { bucket: 'raw', key: 'a b+c.csv', versionId: 'v1' };

describe('identity', () => {
  test('is the SHA-256 of the JSON array [bucket, key, versionId, transformVersion]', () => {
    // printf '["raw","a b+c.csv","v1",1]' | sha256sum
    expect(identityOf(version, 1)).toBe('9de1f867bf844532f5eb0fd5c98c8dcf46748eb70f0c9287c26d859106b26667');
  });

  test('differs when any of its parts does', () => {
    const others = [
      identityOf({ ...version, bucket: 'raw2' }, 1),
      identityOf({ ...version, key: 'a b c.csv' }, 1),
      identityOf({ ...version, versionId: 'v2' }, 1),
      identityOf(version, 2),
      identityOf({ bucket: 'raw', key: 'a b+c.csv","v1', versionId: '' }, 1),
    ];
    expect(new Set([identityOf(version, 1), ...others]).size).toBe(6);
  });

  test('gives one completion id, which is not the identity itself', () => {
    const identity = identityOf(version, 1);
    expect(completionIdOf(identity)).toBe(completionIdOf(identity));
    expect(completionIdOf(identity)).not.toBe(identity);
    expect(identity.startsWith(shortIdentity(identity))).toBe(true);
  });

  test('an etag stands for a version with or without the quotes that S3 puts around it', () => {
    expect(etagVersionId('"abc"')).toBe('etag:abc');
    expect(etagVersionId('abc')).toBe('etag:abc');
  });
});
