/**
 * An environment deployed for a test: Terraform on a copy of this checkout, the stand-in for the AWS provider in place of
 * AWS's resources, and a local AWS in place of S3 for the packages, which are really built and uploaded.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { bucketName } from '@tastetrend/contracts';
import { type AwsClients, createClients, LOCAL_CREDENTIALS, type MiniStack, startMiniStack } from '@tastetrend/local';
import { Plan } from './plan.ts';
import { copyCheckout, ROOT, removeFolder, runTerraform, standInEnvironment, terraform } from './terraform.ts';

export const PLACE = { env: 'dev', accountId: '123456789012', region: 'eu-west-1' } as const;

interface Setup {
  ensureVenv(name: string): Promise<string>;
}

export interface Live {
  readonly version: string;
  readonly code_sha256: string;
}

export interface Deployment {
  readonly folder: string;
  readonly clients: AwsClients;
  readonly endpoint: string;
  readonly artifacts: string;
  apply(version: string, ...more: string[]): Promise<string>;
  /** @returns 0 when nothing would change, 2 when something would */
  planExitCode(version: string): Promise<number>;
  plan(version: string, ...more: string[]): Promise<Plan>;
  live(): Promise<Record<string, Live>>;
  /** Adds a line to a source file of the copy. */
  change(file: string, line: string): void;
  end(): Promise<void>;
}

export async function deploy(): Promise<Deployment> {
  const { ensureVenv } = (await import(new URL('../../../scripts/setup.mjs', import.meta.url).href)) as Setup;
  const standIn = standInEnvironment();
  const folder = copyCheckout();
  let miniStack: MiniStack | undefined;
  try {
    const { region } = PLACE;
    miniStack = await startMiniStack({
      python: await ensureVenv('ministack'),
      stateDir: path.join(folder, '.local', 'ministack'),
      region,
    });
    const clients = createClients({ endpoint: miniStack.endpoint, region, credentials: LOCAL_CREDENTIALS });
    // The stand-in makes no bucket; Terraform's own order (bucket, then package) is what the plan says.
    const artifacts = bucketName('artifacts', PLACE.env, PLACE.accountId);
    await clients.s3.send(
      new CreateBucketCommand({ Bucket: artifacts, CreateBucketConfiguration: { LocationConstraint: region } }),
    );
    const env = {
      ...standIn,
      AWS_ENDPOINT_URL: miniStack.endpoint,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      TURBO_DAEMON: 'false',
    };
    const infra = path.join(folder, 'infra');
    await terraform(infra, ['init', '-input=false', '-no-color'], env);
    const given = (version: string) => [
      '-input=false',
      '-no-color',
      '-var',
      'env=dev',
      '-var',
      `lambda_version=${version}`,
    ];
    const running = miniStack;
    return {
      folder,
      clients,
      endpoint: miniStack.endpoint,
      artifacts,
      apply: (version, ...more) => terraform(infra, ['apply', '-auto-approve', ...given(version), ...more], env),
      async planExitCode(version) {
        return (await runTerraform(infra, ['plan', '-detailed-exitcode', ...given(version)], env)).code;
      },
      async plan(version, ...more) {
        await terraform(infra, ['plan', '-out=checked.tfplan', ...given(version), ...more], env);
        return new Plan(await terraform(infra, ['show', '-json', 'checked.tfplan'], env));
      },
      async live() {
        return JSON.parse(await terraform(infra, ['output', '-json', 'live'], env)) as Record<string, Live>;
      },
      change(file, line) {
        const at = path.join(folder, file);
        writeFileSync(at, `${readFileSync(at, 'utf8')}${line}\n`);
      },
      async end() {
        clients.destroy();
        await running.stop();
        removeFolder(folder);
      },
    };
  } catch (error) {
    await miniStack?.stop();
    removeFolder(folder);
    throw error;
  }
}

/** Which attributes the provider may fill in by itself. */
export function isComputed(type: string, attribute: string): boolean {
  return schemaOf(type)[attribute]?.computed === true;
}

type Attributes = Readonly<Record<string, { readonly computed?: boolean }>>;
let schemas: Record<string, { block: { attributes: Attributes } }> | undefined;

function schemaOf(type: string): Attributes {
  if (schemas === undefined) {
    const file = JSON.parse(readFileSync(path.join(ROOT, 'infra/testing/stub/aws.schema.json'), 'utf8')) as {
      provider_schemas: Record<string, { resource_schemas: typeof schemas }>;
    };
    schemas = file.provider_schemas['registry.terraform.io/hashicorp/aws']?.resource_schemas ?? {};
  }
  return schemas[type]?.block.attributes ?? {};
}
