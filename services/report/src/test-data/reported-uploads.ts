/** Uploads that were reported, in a bucket that is a map. */
import { identityOf, makeManifest, manifestKey, pipeline } from '@tastetrend/contracts';
import { reportUpload } from '../report-upload.ts';
import { countsOf, manifestOf, profileOf, type Row, SOURCE, tableOf } from './tally.ts';

export interface Upload {
  readonly key: string;
  readonly version: string;
  readonly uploadedAt: string;
  readonly rows: readonly Row[];
}

/** A bucket that holds what several uploads became. */
export function bucket() {
  const kept = new Map<string, string>();
  const reports = {
    readText: async (key: string) => kept.get(key),
    putOnce: async (key: string, text: string) => {
      if (kept.has(key)) return 'refused' as const;
      kept.set(key, text);
      return 'written' as const;
    },
  };
  async function* keysBelow(prefix: string) {
    // Pages of two, in S3's order.
    const found = [...kept.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (let at = 0; at < found.length; at += 2) yield found.slice(at, at + 2);
  }
  return { kept, ports: { reports, keysBelow, onStep: () => {} } };
}

export type Bucket = ReturnType<typeof bucket>;

/** Reports an upload, and gives its summaries. */
export async function report({ kept, ports }: Bucket, upload: Upload) {
  const identity = identityOf({ bucket: SOURCE.bucket, key: upload.key, versionId: upload.version });
  const profile = { ...profileOf(upload.rows), identity };
  const table = tableOf(upload.rows, identity);
  const {
    schema: _,
    identity: __,
    transform_version: ___,
    ...facts
  } = manifestOf(profile, countsOf(upload.rows), table);
  const source = { ...SOURCE, key: upload.key, version_id: upload.version, uploaded_at: upload.uploadedAt };
  const manifest = makeManifest({ ...facts, source });
  const own = new Map([[manifestKey(identity), JSON.stringify(manifest)]]);
  for (const { role, key } of manifest.outputs) if (role === 'profile') own.set(key, JSON.stringify(profile));
  const outcome = await reportUpload(
    { identity, manifest_key: manifestKey(identity) },
    { thresholds: pipeline.checks, bias: pipeline.bias },
    {
      committed: { readText: async (key) => own.get(key), readBytes: async (_, start, end) => table.slice(start, end) },
      reports: ports.reports,
      onStep: () => {},
    },
  );
  if (outcome.kind !== 'reported' || !kept.has(outcome.validation.key)) throw new Error('not reported');
  return outcome.summaries;
}
