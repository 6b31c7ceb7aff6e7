/** The S3 client of a release: AWS's own chain of credentials and region, or the endpoint that stands in for AWS. */
import { S3Client } from '@aws-sdk/client-s3';

export function releaseClient(endpoint = process.env.AWS_ENDPOINT_URL): S3Client {
  return new S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}
