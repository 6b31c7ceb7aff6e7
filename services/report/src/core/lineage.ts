/** An OpenLineage run event of a report: which table was looked at, what is in it, and which checks it passed. */
import { type Check, sha256Hex, type Validation } from '@tastetrend/contracts';

/** Who says so, and by which rules: a name, not a place that anybody could load. */
const PRODUCER = 'urn:tastetrend:report:1';
const EVENT_SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const METRICS_SCHEMA =
  'https://openlineage.io/spec/facets/1-0-3/DataQualityMetricsInputDatasetFacet.json#/$defs/DataQualityMetricsInputDatasetFacet';
const ASSERTIONS_SCHEMA =
  'https://openlineage.io/spec/facets/1-1-0/DataQualityAssertionsDatasetFacet.json#/$defs/DataQualityAssertionsDatasetFacet';
const VERSION_SCHEMA =
  'https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet';

interface ColumnMetrics {
  readonly nullCount: number;
  readonly count: number;
  readonly distinctCount?: number;
  readonly min?: number;
  readonly max?: number;
  readonly quantiles?: Readonly<Record<string, number>>;
}

/**
 * A function of the validation summary: its time is the upload's, its run id follows from the identity.
 * Source: OpenLineage 2-0-2, and the facets' own schemas.
 * @returns JSON text; undefined for a version whose upload time nobody knows, since an event must have one
 */
export function lineageEventOf(validation: Validation): string | undefined {
  const { identity, source, checks, status, outcome } = validation;
  if (source.uploaded_at === null) return undefined;
  const facet = (schemaUrl: string) => ({ _producer: PRODUCER, _schemaURL: schemaUrl });
  const event = {
    eventType: outcome === 'processed' && status !== 'fail' ? 'COMPLETE' : 'FAIL',
    eventTime: source.uploaded_at,
    producer: PRODUCER,
    schemaURL: EVENT_SCHEMA,
    run: { runId: uuidOf(identity) },
    job: { namespace: 'tastetrend', name: 'report' },
    inputs: [
      {
        namespace: `s3://${source.bucket}`,
        name: source.key,
        facets: { version: { ...facet(VERSION_SCHEMA), datasetVersion: source.version_id } },
        inputFacets: {
          dataQualityMetrics: {
            ...facet(METRICS_SCHEMA),
            rowCount: validation.counts.accepted,
            columnMetrics: columnMetricsOf(validation),
          },
          dataQualityAssertions: {
            ...facet(ASSERTIONS_SCHEMA),
            assertions: checks.map(assertionOf),
          },
        },
      },
    ],
    outputs: [],
  };
  return `${JSON.stringify(event, null, 1)}\n`;
}

/** A warning is no success either: its severity says that it blocks nothing. */
function assertionOf({ name, status, message, observed, threshold }: Check) {
  const limit = threshold?.fail ?? threshold?.warn ?? null;
  return {
    assertion: name,
    success: status === 'pass',
    severity: status === 'warn' || (status === 'pass' && threshold?.fail == null) ? 'warn' : 'error',
    description: message,
    ...(limit === null ? {} : { expected: `not ${threshold?.direction} ${limit}` }),
    ...(observed === null ? {} : { actual: String(observed) }),
    ...columnOf(name),
  };
}

function columnMetricsOf({ findings }: Validation): Record<string, ColumnMetrics> {
  return Object.fromEntries(
    (findings?.columns ?? []).map(({ column, present, missing, distinct, min, max, quantiles }) => {
      const metrics: ColumnMetrics = {
        nullCount: missing,
        count: present,
        ...(distinct == null ? {} : { distinctCount: distinct }),
        // Dates have a least and a most, which OpenLineage has no place for.
        ...(typeof min === 'number' && typeof max === 'number' ? { min, max } : {}),
        ...quantilesOf(quantiles),
      };
      return [column, metrics];
    }),
  );
}

function quantilesOf(quantiles: Readonly<Record<string, number | string>> | null | undefined) {
  const numbers = Object.entries(quantiles ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [[String(Number(name.slice(1)) / 100), value] as const] : [],
  );
  return numbers.length === 0 ? {} : { quantiles: Object.fromEntries(numbers) };
}

/** The column that a check is of, where it is of one. */
const COLUMNS: Readonly<Record<string, string>> = {
  review_text_missing_pct: 'review_text',
  age_range_missing_pct: 'age_range',
  rating_out_of_scale_pct: 'rating_1_5',
  rating_unreadable_pct: 'rating_1_5',
  date_unreadable_pct: 'review_date',
};

function columnOf(check: string): { column?: string } {
  const column = COLUMNS[check];
  return column === undefined ? {} : { column };
}

/** A UUID of version 8 (RFC 9562), whose bits are ours to choose: those of a hash of the identity. */
function uuidOf(identity: string): string {
  const hex = sha256Hex(`report run ${identity}`);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
