/** Pages for tests, made as the service makes them: of manifest, profile and table, by the use case. */
import { type Inference, type Manifest, manifestKey, type Profile, pipeline, reportKey } from '@tastetrend/contracts';
import { reportUpload } from '../report-upload.ts';

/** What nobody should be able to do to a page: run something, leave the sentence, or turn it round. */
export const HOSTILE = [
  '<script>window.pwned = 1</script>',
  '"><img src=x onerror="window.pwned = 2">',
  "' onmouseover='window.pwned = 3",
  '=HYPERLINK("http://example.invalid/","click")',
  '\u202eעברית ועוד\u202d',
  '</style></title><base href="http://example.invalid/">',
  '&lt;b&gt; \u0000\u0007 \ud800',
  'مطعم الشرق',
  '{{constructor.constructor("window.pwned = 4")()}}',
] as const;

export const HOSTILE_INFERENCE: Inference = {
  format: 'delimited',
  compression: 'none',
  encoding: { value: 'utf-8', byte_order_mark: false, evidence: `a header says ${HOSTILE[0]}`, ambiguous: true },
  delimiter: { value: ',', evidence: HOSTILE[1], ambiguous: false },
  columns: HOSTILE.map((header, i) => ({ header, column: i === 0 ? 'rating' : null, by: i === 0 ? 'name' : 'none' })),
  rating_scale: { value: 5, evidence: HOSTILE[2], ambiguous: false },
  date_orders: [{ separator: '/', value: 'month_first', evidence: HOSTILE[4], ambiguous_values: 3 }],
};

/** The page of a file version whose objects are these. */
export async function pageFor(manifest: Manifest, profile: Profile | null, table?: ArrayBuffer): Promise<string> {
  const kept = new Map([[manifestKey(manifest.identity), JSON.stringify(manifest)]]);
  for (const { role, key } of manifest.outputs) if (role === 'profile') kept.set(key, JSON.stringify(profile));
  await reportUpload(
    { identity: manifest.identity, manifest_key: manifestKey(manifest.identity) },
    { thresholds: pipeline.checks, bias: pipeline.bias },
    {
      committed: {
        readText: async (key) => kept.get(key),
        readBytes: async (_, start, end) => table?.slice(start, end),
      },
      reports: {
        readText: async (key) => kept.get(key),
        putOnce: async (key, text) => {
          if (kept.has(key)) return 'refused';
          kept.set(key, text);
          return 'written';
        },
      },
      onStep: () => {},
    },
  );
  return kept.get(reportKey('report', manifest.source.uploaded_at, manifest.identity)) ?? '';
}
