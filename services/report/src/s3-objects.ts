/** The ports of the use case over one S3 bucket, the processed one. */
import { listObjects, putOnce, readBytes, readText, type s3Client } from '@tastetrend/aws';
import type { CommittedObjects, ReportStore } from './report-upload.ts';

type S3Client = ReturnType<typeof s3Client>;

export function s3CommittedObjects(s3: S3Client, bucket: string): CommittedObjects {
  return {
    readText: (key) => readText(s3, bucket, key),
    readBytes: (key, start, end) => readBytes(s3, bucket, key, start, end),
  };
}

export function s3ReportStore(s3: S3Client, bucket: string): ReportStore {
  return {
    putOnce: (key, text) => putOnce(s3, bucket, key, Buffer.from(text), { contentType: contentTypeOf(key) }),
    readText: (key) => readText(s3, bucket, key),
  };
}

export async function* s3KeysBelow(s3: S3Client, bucket: string, prefix: string): AsyncGenerator<string[]> {
  for await (const page of listObjects(s3, bucket, prefix)) yield page.map(({ key }) => key);
}

export function contentTypeOf(key: string): string {
  return key.endsWith('.html') ? 'text/html; charset=utf-8' : 'application/json';
}
