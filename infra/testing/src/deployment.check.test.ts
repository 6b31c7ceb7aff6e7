/** A deployed environment, from the first release to the rollback. Slow (it builds and applies): run by infra/check. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type FunctionName, pipeline } from '@tastetrend/contracts';
import { createPipeline, type PipelineResources, scaleSeconds } from '@tastetrend/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Policy, policySchema } from '../../policy/evaluate.ts';
import { judge } from '../../policy/judge.ts';
import { sha256Of } from '../../src/artifacts.ts';
import { currentVersion, packageService } from '../../src/packaging.ts';
import { scaled, shapeOfLocal, shapeOfPlan, unaccounted } from './agreement.ts';
import { type Deployment, deploy, isComputed, type Live, PLACE } from './deployment.ts';
import { OUR_METRICS, problemOf, shownMetrics } from './metrics.ts';
import { type Plan, text } from './plan.ts';
import { ROOT, TerraformFailedError } from './terraform.ts';

const FUNCTIONS = Object.keys(pipeline.functions) as FunctionName[];
const CHANGED_FILE = 'services/report/src/handler.ts';

let at: Deployment;
beforeAll(async () => {
  at = await deploy();
  await at.apply('0.1');
}, 600_000);
afterAll(async () => {
  await at?.end();
});

async function packageBytes(service: string, version: string): Promise<Uint8Array> {
  const Key = `lambda/${service}-${version}.zip`;
  const { Body } = await at.clients.s3.send(new GetObjectCommand({ Bucket: at.artifacts, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

describe('a deployed environment', () => {
  let plan: Plan;
  beforeAll(async () => {
    plan = await at.plan('0.1');
  }, 120_000);

  it('is not changed by a second apply', async () => {
    expect(await at.planExitCode('0.1')).toBe(0);
  });

  it('has the very bytes that this checkout builds in another folder', async () => {
    for (const service of FUNCTIONS) {
      const ours = packageService(service, { root: ROOT, out: path.join(at.folder, 'ours'), version: '0.1' });
      expect([service, sha256Of(await packageBytes(service, '0.1'))]).toEqual([service, ours.sha256]);
      expect(readFileSync(ours.path).includes(Buffer.from(ROOT))).toBe(false);
    }
    expect(currentVersion()).toMatch(/^\d+\.\d+$/);
  });

  describe('its roles', () => {
    const policyOf = (name: FunctionName): Policy =>
      policySchema.parse(JSON.parse(text(plan.one('aws_iam_role_policy', 'role', `tastetrend-dev-${name}`), 'policy')));

    it.each(FUNCTIONS)('%s: may do each call that its code makes, and nothing else', (name) => {
      expect(judge(name, policyOf(name), PLACE)).toEqual([]);
    });

    it.each(FUNCTIONS)('%s: a grant more or less is found', (name) => {
      const policy = policyOf(name);
      for (const [dropped] of policy.Statement.entries()) {
        const narrow = { ...policy, Statement: policy.Statement.toSpliced(dropped, 1) };
        expect(judge(name, narrow, PLACE).join('\n')).toContain('too narrow');
        for (const wider of [{ Action: ['s3:DeleteObject'] }, { Resource: ['*'] }]) {
          const wide = policy.Statement.map((statement, index) =>
            index === dropped && statement.Sid !== 'SendTraces' ? { ...statement, ...wider } : statement,
          );
          if (policy.Statement[dropped]?.Sid === 'SendTraces') continue;
          expect(judge(name, { ...policy, Statement: wide }, PLACE).join('\n')).toContain('too');
        }
      }
    });

    it('are one for each function, and nobody else’s', () => {
      const roles = plan.ofType('aws_lambda_function').map((resource) => text(resource, 'role'));
      expect(new Set(roles).size).toBe(FUNCTIONS.length);
      expect(plan.ofType('aws_iam_role_policy_attachment')).toEqual([]);
      expect(plan.ofType('aws_iam_role')).toHaveLength(FUNCTIONS.length);
    });
  });

  describe('and the local stack', () => {
    let local: PipelineResources;
    beforeAll(async () => {
      local = await createPipeline({ endpoint: at.endpoint, ...PLACE });
    }, 60_000);

    it('agree in every attribute', async () => {
      expect(shapeOfPlan(plan)).toEqual(await shapeOfLocal(at.clients, local));
    });

    it('agree in every attribute but for the time factor of a local run', async () => {
      const env = 'fast';
      const fast = await createPipeline({ endpoint: at.endpoint, ...PLACE, env, timeFactor: 5 });
      const renamed = JSON.parse(
        JSON.stringify(shapeOfPlan(plan)).replaceAll('tastetrend-dev', 'tastetrend-fast'),
      ) as ReturnType<typeof shapeOfPlan>;
      const expected = scaled(renamed, (seconds) => scaleSeconds(seconds, 5), 5);
      for (const made of Object.values(expected.functions)) made.environment.ENVIRONMENT = env;
      expect(await shapeOfLocal(at.clients, fast)).toEqual(expected);
    });

    it('leave no attribute of the plan uncompared without a reason', () => {
      expect(unaccounted(plan, isComputed)).toEqual([]);
    });
  });

  describe('its dashboards and alarms', () => {
    it('show what the functions write, with its unit’s dimensions, and else only what AWS writes', () => {
      const shown = shownMetrics(plan);
      expect(shown.length).toBeGreaterThan(40);
      expect(shown.flatMap((metric) => problemOf(metric, pipeline.emf_namespace) ?? [])).toEqual([]);
    });

    it('leave none of our metrics unseen', () => {
      const seen = new Set(shownMetrics(plan).map(({ name }) => name));
      const unseen = OUR_METRICS.map(({ name }) => name).filter((name) => !seen.has(name));
      expect(unseen).toEqual(['TransformDuration']);
    });

    it('have an entry each in the runbook', () => {
      const runbook = readFileSync(path.join(ROOT, 'docs', 'runbook.md'), 'utf8');
      const entries = new Set([...runbook.matchAll(/^## ([a-z-]+)$/gm)].map(([, name]) => name));
      const alarms = plan.ofType('aws_cloudwatch_metric_alarm').map((alarm) => text(alarm, 'alarm_description'));
      const named = new Set(alarms.map((description) => /docs\/runbook\.md: ([a-z-]+)$/.exec(description)?.[1]));
      expect(named).toEqual(entries);
    });
  });

  it('names in its queues’ policies the very rules that there are', () => {
    const rules = plan.ofType('aws_cloudwatch_event_rule').map((rule) => text(rule, 'arn'));
    const named = plan
      .ofType('aws_sqs_queue_policy')
      .flatMap((policy) => [...text(policy, 'policy').matchAll(/"(arn:aws:events:[^"]+:rule\/[^"]+)"/g)]);
    expect(new Set(named.map(([, arn]) => arn))).toEqual(new Set(rules));
    expect(named).toHaveLength(2 * rules.length);
  });
});

describe('releases, in this order', () => {
  const bytes: Record<string, string> = {};
  let first: Record<string, Live>;

  it('0.1 is live', async () => {
    first = await at.live();
    expect(first).toMatchObject({ transform: { version: '1' }, report: { version: '1' } });
    for (const service of FUNCTIONS) bytes[service] = sha256Of(await packageBytes(service, '0.1'));
  });

  it('other sources under 0.1 are refused, 0.2 is named, and nothing moves', async () => {
    at.change(CHANGED_FILE, "export const CHANGED = 'for the test';");
    const failure = await at.apply('0.1').then(
      () => undefined,
      (error: unknown) => error as TerraformFailedError,
    );
    expect(failure).toBeInstanceOf(TerraformFailedError);
    expect(failure?.output.replaceAll(/\s+/g, ' ')).toContain('Release these sources as 0.2 (lambda_version = "0.2")');
    expect(await at.live()).toEqual(first);
  });

  it('they go live as 0.2', async () => {
    await at.apply('0.2');
    expect(await at.live()).toMatchObject({ transform: { version: '2' }, report: { version: '2' } });
    expect(sha256Of(await packageBytes('report', '0.2'))).not.toBe(bytes.report);
    // The transform's sources are the same, and so are its bytes.
    expect(sha256Of(await packageBytes('transform', '0.2'))).toBe(bytes.transform);
    expect(await at.planExitCode('0.2')).toBe(0);
  });

  it('0.1 again is a rollback: its bytes were never touched, and the alias is at its code', async () => {
    await at.apply('0.1');
    const live = await at.live();
    for (const service of FUNCTIONS) {
      expect(sha256Of(await packageBytes(service, '0.1'))).toBe(bytes[service]);
      expect(live[service]?.code_sha256).toBe(first[service]?.code_sha256);
    }
    // Lambda publishes those bytes anew: a published number is never taken back.
    expect(live).toMatchObject({ transform: { version: '3' }, report: { version: '3' } });
    expect(await at.planExitCode('0.1')).toBe(0);
  });

  it('sources that were never released go under no number that is taken, unless that is asked for', async () => {
    at.change(CHANGED_FILE, '// never released');
    await expect(at.apply('0.1')).rejects.toThrow('0.3');
    await at.apply('0.1', '-var', 'reuse_package=true');
    expect(sha256Of(await packageBytes('report', '0.1'))).toBe(bytes.report);
  });
});
