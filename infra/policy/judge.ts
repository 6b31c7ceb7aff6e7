/** Holds a function's policy against what the function needs: everything of that, and nothing else. */
import type { FunctionName } from '@tastetrend/contracts';
import { CALL_RULES, type CallRule, NEVER, PLATFORM_NEEDS } from './actions.ts';
import { CALLS, type Call } from './calls.ts';
import { matches, type Policy, policyAllows, type Request } from './evaluate.ts';
import { type Place, worldOf } from './world.ts';

interface Need extends Request {
  readonly why: string;
}

function ruleOf({ command, parameters = [] }: Call): CallRule {
  const fitting = CALL_RULES.filter(
    (rule) => rule.command === command && rule.parameters.every((parameter) => parameters.includes(parameter)),
  ).sort((a, b) => b.parameters.length - a.parameters.length);
  const [rule] = fitting;
  if (rule === undefined) throw new Error(`infra/policy/actions.ts has no rule for ${command}: look up what it needs`);
  return rule;
}

/** Everything that a function must be allowed, with the reason. */
export function needsOf(name: FunctionName, place: Place): Need[] {
  const world = worldOf(place);
  const arnOf = (short: string): string => {
    const arn = world[short];
    if (arn === undefined) throw new Error(`infra/policy/world.ts has no ${short}`);
    return arn;
  };
  const ofCalls = CALLS[name].flatMap((call) =>
    call.on.flatMap((short) =>
      ruleOf(call).actions.map(([action, on]) => ({
        action,
        resource: on === 'bucket' ? bucketOf(arnOf(short)) : arnOf(short),
        context: call.context,
        why: `${call.command}${call.parameters ? ` with ${call.parameters.join(', ')}` : ''} on ${short} (${call.where})`,
      })),
    ),
  );
  const ofPlatform = PLATFORM_NEEDS.map(({ action, on, reason }) => ({
    action,
    resource: arnOf(on.replace('{function}', name)),
    why: `Lambda itself: ${reason}`,
  }));
  return [...ofCalls, ...ofPlatform];
}

function bucketOf(objectArn: string): string {
  return objectArn.split('/')[0] ?? objectArn;
}

/**
 * @returns a line for each thing that is wrong: a need that is not granted, a grant that nothing needs, an action that may
 *   never be; empty when the policy is just right
 */
export function judge(name: FunctionName, policy: Policy, place: Place): string[] {
  const needs = needsOf(name, place);
  const found: string[] = [];
  for (const need of needs) {
    if (!policyAllows(policy, need)) found.push(`too narrow: ${need.action} on ${need.resource}; ${need.why}`);
  }
  const known = new Set([...CALL_RULES.flatMap(({ actions }) => actions.map(([action]) => action)), ...NEVER]);
  for (const { action } of PLATFORM_NEEDS) known.add(action);
  for (const statement of policy.Statement) {
    for (const action of statement.Action) {
      if (/[*?]/.test(action)) found.push(`too wide: ${statement.Sid} has the wildcard action ${action}`);
      else if (!known.has(action)) found.push(`too wide: ${statement.Sid} has ${action}, which no table knows`);
      else if (
        !needs.some(
          (need) => need.action === action && statement.Resource.some((pattern) => matches(pattern, need.resource)),
        )
      ) {
        found.push(`too wide: ${statement.Sid} has ${action}, which nothing needs there`);
      }
    }
    for (const pattern of statement.Resource) {
      if (!needs.some((need) => statement.Action.includes(need.action) && matches(pattern, need.resource))) {
        found.push(`too wide: ${statement.Sid} has ${pattern}, which nothing needs`);
      }
    }
  }
  // Every action on everything in the world: allowed where it is needed, and nowhere else.
  const contexts = [{}, ...needs.flatMap(({ context }) => (context === undefined ? [] : [context]))];
  for (const action of known) {
    for (const [short, resource] of Object.entries(worldOf(place))) {
      // X-Ray's `*` covers queues as well, and means nothing there.
      if (resource !== '*' && !isAbout(action, resource)) continue;
      for (const context of contexts) {
        const isNeeded = needs.some(
          (need) => need.action === action && need.resource === resource && (need.context ?? context) === context,
        );
        if (!isNeeded && policyAllows(policy, { action, resource, context })) {
          found.push(`too wide: ${action} on ${short} (${resource})`);
        }
      }
    }
  }
  return [...new Set(found)];
}

/** Whether an action could be about such a resource at all. */
function isAbout(action: string, resource: string): boolean {
  const service = action.split(':')[0];
  return resource.startsWith(`arn:aws:${service}:`);
}
