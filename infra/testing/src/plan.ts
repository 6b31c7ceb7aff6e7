/** A plan as `terraform show -json` gives it, read by type and address. */
import * as z from 'zod';

const resourceSchema = z.object({
  address: z.string(),
  mode: z.enum(['managed', 'data']),
  type: z.string(),
  name: z.string(),
  values: z.record(z.string(), z.unknown()),
});
export type PlannedResource = z.infer<typeof resourceSchema>;

interface Module {
  readonly resources?: readonly PlannedResource[] | undefined;
  readonly child_modules?: readonly Module[] | undefined;
}
const moduleSchema: z.ZodType<Module> = z.object({
  resources: z.array(resourceSchema).optional(),
  get child_modules() {
    return z.array(moduleSchema).optional();
  },
});

const planSchema = z.object({ planned_values: z.object({ root_module: moduleSchema }) });

export class Plan {
  readonly resources: readonly PlannedResource[];

  /** @param json the output of `terraform show -json <plan>` */
  constructor(json: string) {
    this.resources = flatten(planSchema.parse(JSON.parse(json)).planned_values.root_module);
  }

  /** All managed resources of a type, by address. */
  ofType(type: string): PlannedResource[] {
    return this.resources.filter((resource) => resource.mode === 'managed' && resource.type === type);
  }

  /** The one resource of a type that has the value. @throws Error when it is not just one */
  one(type: string, attribute: string, value: unknown): PlannedResource {
    const found = this.ofType(type).filter(({ values }) => values[attribute] === value);
    const [resource] = found;
    if (found.length !== 1 || resource === undefined) {
      throw new Error(`the plan has ${found.length} ${type} with ${attribute} = ${String(value)}`);
    }
    return resource;
  }
}

function flatten({ resources = [], child_modules = [] }: Module): PlannedResource[] {
  return [...resources, ...child_modules.flatMap(flatten)];
}

/** A text attribute. @throws TypeError when it is none, or not known */
export function text({ address, values }: PlannedResource, attribute: string): string {
  const value = values[attribute];
  if (typeof value !== 'string')
    throw new TypeError(`${address}.${attribute} is ${JSON.stringify(value)}, and no text`);
  return value;
}

/** The only item of a list of blocks, or undefined where there is none. */
export function block(
  { address, values }: PlannedResource,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const items = values[name];
  if (items === undefined || items === null) return undefined;
  if (!Array.isArray(items) || items.length > 1) throw new TypeError(`${address}.${name} is no single block`);
  return items[0] as Readonly<Record<string, unknown>> | undefined;
}
