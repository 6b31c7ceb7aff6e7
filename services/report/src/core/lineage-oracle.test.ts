/** Our OpenLineage event before OpenLineage's own client, whose classes are made from the published schemas. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { validationOfRows } from '../test-data/lineage.ts';
import { lineageEventOf } from './lineage.ts';

const SETUP = new URL('../../../../scripts/setup.mjs', import.meta.url).href;
const ORACLE = fileURLToPath(new URL('../../python/lineage_oracle.py', import.meta.url));

type Json = { [key: string]: Json } & Json[];

let python: string | undefined;
let whyNot = '';
beforeAll(async () => {
  try {
    const { ensureVenv } = (await import(/* @vite-ignore */ SETUP)) as { ensureVenv(name: string): Promise<string> };
    python = await ensureVenv('oracle');
  } catch (error) {
    whyNot = `the Python environment "oracle" cannot be made: ${error}`;
  }
}, 180_000);

const ours = () => JSON.parse(lineageEventOf(validationOfRows()) ?? '') as Json;

function judged(event: Json) {
  const { stdout, stderr, status } = spawnSync(python ?? '', ['-I', ORACLE], {
    input: JSON.stringify(event),
    encoding: 'utf8',
  });
  return { status, stderr, answer: status === 0 ? (JSON.parse(stdout) as Json) : undefined };
}

describe('the OpenLineage event, by OpenLineage’s client', () => {
  it('is taken as it is, and is of the schemas that the client knows', (context) => {
    if (python === undefined) context.skip(whyNot);
    const event = ours();
    const { answer, stderr } = judged(event);
    expect(stderr).toBe('');
    expect(answer?.event).toEqual(event);
    const [input] = event.inputs as Json[];
    const schemasOf = (facets: Json | undefined) =>
      Object.entries(facets ?? {}).map(([name, facet]) => [name, facet._schemaURL]);
    const said = Object.fromEntries([
      ['RunEvent', event.schemaURL],
      ...schemasOf(input?.facets),
      ...schemasOf(input?.inputFacets),
    ]);
    expect(answer?.schemas).toEqual(said);
  });

  const breakages: readonly (readonly [string, (event: Json) => void])[] = [
    ['a key of ours in the event', (event) => Object.assign(event, { restaurant: 'x' })],
    ['a run id that is no UUID', (event) => Object.assign(event.run as Json, { runId: 'run 1' })],
    ['no producer', (event) => Reflect.deleteProperty(event, 'producer')],
    ['an event type of ours', (event) => Object.assign(event, { eventType: 'WARN' })],
    ['a time that is none', (event) => Object.assign(event, { eventTime: 'yesterday' })],
    [
      'a key of ours in a column',
      (event) =>
        Object.assign(Object.values(event.inputs?.[0]?.inputFacets?.dataQualityMetrics?.columnMetrics ?? {})[0] ?? {}, {
          top: 1,
        }),
    ],
    [
      'an assertion without its outcome',
      (event) =>
        Reflect.deleteProperty(event.inputs?.[0]?.inputFacets?.dataQualityAssertions?.assertions?.[0] ?? {}, 'success'),
    ],
  ];
  it.each(breakages)('%s is refused', (_, breakIt) => {
    if (python === undefined) return;
    const event = ours();
    breakIt(event);
    expect(judged(event)).toMatchObject({ status: 1 });
  });
});
