/**
 * Does a policy allow it? As IAM decides for identity policies of our form: Allow statements with actions, resources with
 * wildcards, and StringEquals conditions. Anything else in a policy is refused here instead of being passed over.
 * Source: AWS IAM User Guide, "IAM JSON policy elements: Resource" and "Policy evaluation logic".
 */
import * as z from 'zod';

const oneOrMany = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

export const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Action: oneOrMany,
      Resource: oneOrMany,
      Condition: z.strictObject({ StringEquals: z.record(z.string(), oneOrMany) }).optional(),
    }),
  ),
});

export type Policy = z.infer<typeof policySchema>;
export type Statement = Policy['Statement'][number];

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>> | undefined;
}

const expressions = new Map<string, RegExp>();

/** `*` stands for any characters, `?` for one; everything else for itself. Actions are told apart without case. */
export function matches(pattern: string, value: string, ignoreCase = false): boolean {
  const flags = ignoreCase ? 'is' : 's';
  let expression = expressions.get(flags + pattern);
  if (expression === undefined) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, flags);
    expressions.set(flags + pattern, expression);
  }
  return expression.test(value);
}

function statementAllows(statement: Statement, { action, resource, context = {} }: Request): boolean {
  const isNamed = statement.Action.some((pattern) => matches(pattern, action, true));
  const isThere = statement.Resource.some((pattern) => matches(pattern, resource));
  const conditions = Object.entries(statement.Condition?.StringEquals ?? {});
  return isNamed && isThere && conditions.every(([key, values]) => values.includes(context[key] ?? ''));
}

export function policyAllows(policy: Policy, request: Request): boolean {
  return policy.Statement.some((statement) => statementAllows(statement, request));
}
