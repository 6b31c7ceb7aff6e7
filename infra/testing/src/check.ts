/**
 * infra/check: format, validation and tests of every module, example and root; checkov; a deployment with its rollback, its
 * permissions and its agreement with the local stack.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { copyCheckout, ROOT, removeFolder, standInEnvironment } from './terraform.ts';

interface Setup {
  ensureVenv(name: string, options: { log(line: string): void }): Promise<string>;
}
type Environment = Readonly<Record<string, string | undefined>>;

const TERRAFORM_MIN = [1, 11] as const;
const log = (line: string) => process.stdout.write(`${line}\n`);

/** @throws Error that says what to install */
function requireTools(): void {
  const said = spawnSync('terraform', ['version', '-json'], { encoding: 'utf8' });
  const version =
    said.status === 0 ? (JSON.parse(said.stdout) as { terraform_version: string }).terraform_version : undefined;
  const [major = 0, minor = 0] = (version ?? '0.0').split('.').map(Number);
  if (version === undefined || major < TERRAFORM_MIN[0] || (major === TERRAFORM_MIN[0] && minor < TERRAFORM_MIN[1])) {
    throw new Error(
      `infra/check needs Terraform ${TERRAFORM_MIN.join('.')} or newer, and found ${version ?? 'none'}. No package registry ` +
        'has it: install it from releases.hashicorp.com, or with your package manager (brew install hashicorp/tap/terraform).',
    );
  }
  const go = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (go.status !== 0) throw new Error('infra/check needs Go, to build the stand-in for the AWS provider (go.dev/dl)');
  log(`Terraform ${version}, ${go.stdout.trim()}`);
}

function call(what: string, command: string, args: readonly string[], env: Environment, cwd = ROOT): string {
  const done = spawnSync(command, [...args], { cwd, env, encoding: 'utf8', maxBuffer: 64e6 });
  if (done.error) throw new Error(`${what}: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${what} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Every folder that is checked by itself: the roots, the modules, their examples. */
function folders(infra: string): string[] {
  const modules = readdirSync(path.join(infra, 'modules')).sort();
  return ['.', 'bootstrap', ...modules.flatMap((name) => [`modules/${name}`, `modules/${name}/examples/basic`])];
}

/** `terraform init`, `validate` and `test` of each, on a copy. @returns how many runs of tests passed */
function checkFolders(copy: string, env: Environment): number {
  const infra = path.join(copy, 'infra');
  let passed = 0;
  for (const folder of folders(infra)) {
    const cwd = path.join(infra, folder);
    call(`terraform init in infra/${folder}`, 'terraform', ['init', '-input=false', '-no-color'], env, cwd);
    call(`terraform validate in infra/${folder}`, 'terraform', ['validate', '-no-color'], env, cwd);
    if (!existsSync(path.join(cwd, 'tests'))) throw new Error(`infra/${folder} has no tests`);
    const said = call(`terraform test in infra/${folder}`, 'terraform', ['test', '-no-color'], env, cwd);
    const [, count] = /Success! (\d+) passed, 0 failed/.exec(said) ?? [];
    if (!(Number(count) > 0)) throw new Error(`terraform test in infra/${folder} ran nothing:\n${said}`);
    passed += Number(count);
    log(`  infra/${folder}: valid, ${count} passed`);
  }
  return passed;
}

function checkov(python: string, env: Environment): void {
  const args = ['-m', 'checkov.main', '--config-file', 'infra/.checkov.yaml', '-d', 'infra'];
  const said = call('checkov', python, args, { ...env, BC_SKIP_MAPPING: 'TRUE', LOG_LEVEL: 'ERROR' });
  log(said.trim().split('\n').slice(-3).join('\n') || '  nothing to say');
}

async function main(): Promise<void> {
  requireTools();
  const { ensureVenv } = (await import(new URL('../../../scripts/setup.mjs', import.meta.url).href)) as Setup;
  log('\n== the stand-in for the AWS provider');
  const standIn = standInEnvironment();
  const env = { ...process.env, ...standIn };
  for (const script of ['every_type.py', 'mutate.py']) {
    const said = call(script, 'python3', [path.join('infra', 'testing', script)], env);
    log(`  ${script}: ${said.trim().split('\n').length} lines, all as they should be`);
  }
  log('\n== terraform fmt');
  call('terraform fmt', 'terraform', ['fmt', '-check', '-recursive', '-diff', 'infra'], env);
  log('\n== terraform validate and test: modules, examples, roots');
  const copy = copyCheckout();
  try {
    log(`${checkFolders(copy, env)} runs passed`);
  } finally {
    removeFolder(copy);
  }
  log('\n== checkov');
  checkov(await ensureVenv('checkov', { log }), env);
  log('\n== actionlint');
  const workflow = path.join(ROOT, '.github', 'workflows', 'delivery.yml');
  const actionlint = ['-C', 'tools/actionlint', 'tool', 'actionlint', '-shellcheck=', '-pyflakes=', workflow];
  call('actionlint', 'go', actionlint, env);
  log('  .github/workflows/delivery.yml: nothing to say');
  log('\n== a deployment: agreement with the local stack, permissions, releases, rollback');
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const done = spawnSync(process.execPath, [vitest, 'run'], {
    cwd: ROOT,
    env: { ...env, TASTETREND_TESTS: 'infra' },
    stdio: 'inherit',
  });
  if (done.status !== 0) throw new Error('the tests of a deployment failed; see above');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
