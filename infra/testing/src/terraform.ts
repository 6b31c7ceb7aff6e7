/**
 * Terraform on a copy of this checkout, against the stand-in for the AWS provider: no network, no account, and no file of
 * the checkout is touched.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const STAND_IN = path.join(ROOT, '.local', 'aws-stub');
const TERRAFORM_MAX_MS = 180_000;

export class TerraformFailedError extends Error {
  override readonly name = 'TerraformFailedError';
  readonly output: string;
  constructor(command: string, output: string) {
    super(`${command} failed:\n${output.slice(-4_000)}`);
    this.output = output;
  }
}

/** The environment that makes Terraform use the stand-in; built if need be (2 s, and about a minute the first time). */
export function standInEnvironment(): Record<string, string> {
  const { status, stderr } = spawnSync('sh', [path.join(ROOT, 'infra/testing/stub/install.sh'), STAND_IN], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the stand-in for the AWS provider could not be built (it needs Go):\n${stderr}`);
  return { TF_CLI_CONFIG_FILE: path.join(STAND_IN, 'terraform.rc'), TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
}

/**
 * A copy of what git would commit (without the real provider's lock, which refuses the stand-in), with the installed packages linked, so that it can be built and changed.
 * @returns its folder, to be removed by the caller
 */
export function copyCheckout(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tastetrend-infra-'));
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  for (const file of stdout
    .split('\0')
    .filter((name) => name !== '' && !name.endsWith('.terraform.lock.hcl') && existsSync(path.join(ROOT, name)))) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(ROOT, file), path.join(folder, file));
  }
  linkPackages(folder);
  // State in the folder instead of S3: an override file, as Terraform means it.
  writeFileSync(path.join(folder, 'infra', 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  return folder;
}

/** Others' packages are linked; ours are the copy's own, so that a change to them is seen. */
function linkPackages(folder: string): void {
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, '@tastetrend'), { recursive: true });
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    if (name !== '@tastetrend') symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  for (const [parent, name] of [
    ...['ingest', 'transform', 'report'].map((service) => ['services', service] as const),
    ...['aws', 'contracts', 'local', 'testing', 'cli'].map((shared) => ['shared', shared] as const),
  ]) {
    symlinkSync(path.join(folder, parent, name), path.join(modules, '@tastetrend', name));
  }
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns exit code and everything that was printed; for `-detailed-exitcode` */
export function runTerraform(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('terraform', [...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TERRAFORM_MAX_MS,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** @throws TerraformFailedError */
export async function terraform(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, output } = await runTerraform(folder, args, env);
  if (code !== 0) throw new TerraformFailedError(`terraform ${args.join(' ')}`, output);
  return output;
}
