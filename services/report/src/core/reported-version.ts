/** Which file version a summary is about, as every summary begins. */
import { type Bias, completionIdOf, type Manifest } from '@tastetrend/contracts';
import { ReportAssertionError } from '../errors.ts';

export type ReportedVersion = Pick<
  Bias,
  'identity' | 'completion_id' | 'transform_version' | 'source' | 'outcome' | 'kind'
>;

/** @throws ReportAssertionError for a folder marker, which gets no report, and for a table of no kind */
export function reportedVersionOf(manifest: Manifest): ReportedVersion {
  const { identity, transform_version, outcome, kind } = manifest;
  if (outcome === 'ignored') throw new ReportAssertionError(`${identity} is ignored, and so has no report`);
  if (outcome === 'processed' && kind === null) throw new ReportAssertionError(`${identity} has a table of no kind`);
  const { bucket, key, version_id, uploaded_at } = manifest.source;
  return {
    identity,
    completion_id: completionIdOf(identity),
    transform_version,
    source: { bucket, key, version_id, uploaded_at },
    outcome,
    kind,
  };
}
