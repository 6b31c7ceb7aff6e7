import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FunctionName, pipeline } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { CALL_RULES, NEVER, PLATFORM_NEEDS } from './actions.ts';
import { CALLS } from './calls.ts';
import { matches, type Policy, policyAllows } from './evaluate.ts';
import { judge, needsOf } from './judge.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLACE = { env: 'dev', accountId: '123456789012', region: 'eu-west-1' };
const FUNCTIONS = Object.keys(pipeline.functions) as FunctionName[];

/** What the bundle constructs; commands that are imported and never sent are not in it. */
function commandsIn(service: FunctionName): string[] {
  const dist = path.join(ROOT, 'services', service, 'dist');
  const code = readdirSync(dist).filter((name) => name.endsWith('.mjs'));
  const found = code.flatMap((name) => [
    ...readFileSync(path.join(dist, name), 'utf8').matchAll(/new [\w$]+\.(\w+)Command\(/g),
  ]);
  return [...new Set(found.map(([, command]) => command ?? ''))].sort();
}

/** A policy with just what is needed, a statement for each need. */
function leastPolicy(name: FunctionName): Policy {
  return {
    Version: '2012-10-17',
    Statement: needsOf(name, PLACE).map(({ action, resource, context }, at) => ({
      Sid: `S${at}`,
      Effect: 'Allow',
      Action: [action],
      Resource: [resource],
      ...(context === undefined
        ? {}
        : {
            Condition: {
              StringEquals: Object.fromEntries(Object.entries(context).map(([key, value]) => [key, [value]])),
            },
          }),
    })),
  };
}

describe('the table of calls', () => {
  it.each(FUNCTIONS)('%s: names the very commands that its bundle sends', (name) => {
    expect(existsSync(path.join(ROOT, 'services', name, 'dist', 'handler.mjs'))).toBe(true);
    expect([...new Set(CALLS[name].map(({ command }) => command))].sort()).toEqual(commandsIn(name));
  });

  it('gives a source for every rule', () => {
    for (const { source } of [...CALL_RULES, ...PLATFORM_NEEDS]) expect(source.length).toBeGreaterThan(20);
    for (const { action, reason } of PLATFORM_NEEDS) expect(`${action} ${reason}`).toMatch(/\w{3,}/);
  });
});

describe('promise 10, least privilege: judge', () => {
  it.each(FUNCTIONS)('%s: has nothing against what is just enough', (name) => {
    expect(judge(name, leastPolicy(name), PLACE)).toEqual([]);
  });

  it.each(FUNCTIONS)('%s: misses each single need that is taken away', (name) => {
    const policy = leastPolicy(name);
    const distinct = new Set(policy.Statement.map(({ Action, Resource }) => `${Action} ${Resource}`));
    for (const dropped of distinct) {
      const narrow = {
        ...policy,
        Statement: policy.Statement.filter(({ Action, Resource }) => `${Action} ${Resource}` !== dropped),
      };
      expect(judge(name, narrow, PLACE).join('\n')).toContain('too narrow');
    }
  });

  it.each([
    ['any action', 's3:*', 'arn:aws:s3:::tastetrend-dev-raw-123456789012/*'],
    ['anything', 's3:GetObject', '*'],
    ['any bucket of ours', 's3:GetObject', 'arn:aws:s3:::tastetrend-dev-*'],
    ['any environment', 's3:GetObject', 'arn:aws:s3:::tastetrend-*-raw-123456789012/*'],
    ['deleting', 's3:DeleteObject', 'arn:aws:s3:::tastetrend-dev-processed-123456789012/processed/*'],
    ['writing raw files', 's3:PutObject', 'arn:aws:s3:::tastetrend-dev-raw-123456789012/*'],
    ['writing anywhere in processed', 's3:PutObject', 'arn:aws:s3:::tastetrend-dev-processed-123456789012/*'],
    ['reading packages', 's3:GetObject', 'arn:aws:s3:::tastetrend-dev-artifacts-123456789012/*'],
    ['the dead letters', 'sqs:ReceiveMessage', 'arn:aws:sqs:eu-west-1:123456789012:tastetrend-dev-*'],
    ['any table', 'dynamodb:PutItem', 'arn:aws:dynamodb:eu-west-1:123456789012:table/*'],
    ['scanning', 'dynamodb:Scan', 'arn:aws:dynamodb:eu-west-1:123456789012:table/tastetrend-dev-pipeline'],
    ['any bus', 'events:PutEvents', 'arn:aws:events:eu-west-1:123456789012:event-bus/*'],
    [
      'publishing as another',
      'events:PutEvents',
      'arn:aws:events:eu-west-1:123456789012:event-bus/tastetrend-dev-completions',
    ],
    ['what no table knows', 'ec2:DescribeInstances', '*'],
    ['another’s logs', 'logs:PutLogEvents', 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/*'],
  ])('finds a grant that is too wide: %s', (_, action, resource) => {
    for (const name of FUNCTIONS) {
      const policy = leastPolicy(name);
      policy.Statement.push({ Sid: 'More', Effect: 'Allow', Action: [action], Resource: [resource] });
      expect(judge(name, policy, PLACE).join('\n')).toContain('too wide');
    }
  });
});

describe('policyAllows', () => {
  const policy: Policy = {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'A', Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::b/x/*_y.p?'] },
      {
        Sid: 'B',
        Effect: 'Allow',
        Action: ['events:PutEvents'],
        Resource: ['bus'],
        Condition: { StringEquals: { 'events:source': ['us'] } },
      },
    ],
  };
  it.each([
    [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/x/a/_y.pq' }, true],
    [{ action: 'S3:getobject', resource: 'arn:aws:s3:::b/x/_y.pq' }, true],
    [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/x/_y.p' }, false],
    [{ action: 's3:GetObject', resource: 'arn:aws:s3:::B/x/_y.pq' }, false],
    [{ action: 'events:PutEvents', resource: 'bus', context: { 'events:source': 'us' } }, true],
    [{ action: 'events:PutEvents', resource: 'bus', context: { 'events:source': 'them' } }, false],
    [{ action: 'events:PutEvents', resource: 'bus' }, false],
  ])('%j: %s', (request, allowed) => {
    expect(policyAllows(policy, request)).toBe(allowed);
  });

  it('takes a pattern’s other characters as they are', () => {
    expect(matches('a.b+c', 'aXb+c')).toBe(false);
    expect(NEVER.some((action) => action.includes('*'))).toBe(false);
  });
});
