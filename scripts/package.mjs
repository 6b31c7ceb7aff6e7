// Makes build/<service>-<version>.zip out of services/<service>/dist: what is uploaded to the artifacts bucket, byte for
// byte. The same bundles make the same bytes, on any machine: entries are sorted, times and permissions are fixed, and
// the deflater is JavaScript, because zlib's output depends on the processor that it runs on. Source maps lie beside.
//
// node scripts/package.mjs [--version 0.2] [--out build]
// node scripts/package.mjs --print-version
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import { ROOT } from './setup.mjs';

/**
 * Bytes that a zip may have. A cold start loads what is in it (docs/performance.md has the figures of the default path);
 * a new dependency that breaks a bound is to be seen, not to be waved through.
 */
const ZIP_BYTES_MAX = { transform: 400_000, report: 330_000, ingest: 330_000 };

/** The earliest time that a zip can hold; the format means local time, so it is asked for anew each time. */
const zipEpoch = () => new Date(1980, 0, 1);
/** A regular file that everyone may read: Lambda runs as a user of its own. */
const FILE_MODE = 0o100644;
const MADE_ON_UNIX = 3;
/** Shorter numbers than npm's: the issue tracker, the tags and the object keys all say `0.2`. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** The functions that are deployed, as the pipeline's description names them. */
export function deployedServices(root = ROOT) {
  return Object.keys(JSON.parse(readFileSync(join(root, 'shared', 'contracts', 'pipeline.json'), 'utf8')).functions);
}

/**
 * The version that a build has when none is asked for: the root package.json's, without the patch number that npm wants.
 * @throws {Error} when that is not `<major>.<minor>.0`
 */
export function currentVersion(root = ROOT) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const short = version.replace(/\.0$/, '');
  if (!VERSION.test(short)) throw new Error(`package.json: version must be <major>.<minor>.0, not ${version}`);
  return short;
}

/**
 * @param {string} service
 * @param {{root?: string, out?: string, version?: string}} [options]
 * @returns {{path: string, bytes: number, sha256: string, bound: number}}
 * @throws {Error} when the service is not built, or its zip is larger than its bound
 */
export function packageService(
  service,
  { root = ROOT, out = join(root, 'build'), version = currentVersion(root) } = {},
) {
  if (!VERSION.test(version)) throw new Error(`a version is <major>.<minor>, such as 0.2, and not ${version}`);
  const dist = join(root, 'services', service, 'dist');
  const names = readdirSync(dist).sort();
  const code = names.filter((name) => name.endsWith('.mjs'));
  if (!code.includes('handler.mjs')) throw new Error(`${dist} has no handler.mjs; run: npm run build`);
  const options = { level: 9, mtime: zipEpoch(), os: MADE_ON_UNIX, attrs: FILE_MODE << 16 };
  const zip = zipSync(Object.fromEntries(code.map((name) => [name, [readFileSync(join(dist, name)), options]])));
  const bound = ZIP_BYTES_MAX[service] ?? 0;
  if (zip.length > bound) {
    throw new Error(`${service}: the zip has ${zip.length} bytes, over the bound of ${bound} in scripts/package.mjs`);
  }
  const path = join(out, `${service}-${version}.zip`);
  const maps = join(out, `${service}-${version}.maps`);
  rmSync(maps, { recursive: true, force: true });
  mkdirSync(maps, { recursive: true });
  for (const name of names.filter((entry) => entry.endsWith('.map'))) copyFileSync(join(dist, name), join(maps, name));
  // Whole or not at all: who reads the zip meanwhile gets the one before.
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, zip);
  renameSync(fresh, path);
  return { path, bytes: zip.length, sha256: createHash('sha256').update(zip).digest('hex'), bound };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { version: { type: 'string' }, out: { type: 'string' }, 'print-version': { type: 'boolean' } },
  });
  if (values['print-version']) {
    console.log(currentVersion());
    process.exit();
  }
  const options = {
    ...(values.version === undefined ? {} : { version: values.version }),
    ...(values.out === undefined ? {} : { out: resolve(values.out) }),
  };
  for (const service of deployedServices()) {
    const { path, bytes, sha256, bound } = packageService(service, options);
    const kb = (n) => `${(n / 1000).toFixed(0)} kB`;
    console.log(`${relative(process.cwd(), path)}: ${kb(bytes)} of at most ${kb(bound)}, sha256 ${sha256}`);
  }
}
