import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentVersion, deployedServices, packageService } from './package.mjs';
import { ROOT } from './setup.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tastetrend-package-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A root with one built service, as `write` lays it down. */
function rootWith(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  const dist = join(root, 'services', 'report', 'dist');
  mkdirSync(dist, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dist, file), text);
  return root;
}

describe('packageService', () => {
  it('makes the same bytes of the same bundle, whatever its times, its order and the time zone', () => {
    const zone = process.env.TZ;
    const digests = ['UTC', 'Asia/Tokyo', 'America/St_Johns'].map((timeZone, at) => {
      process.env.TZ = timeZone;
      const files = Object.entries({ 'handler.mjs': 'export {}', 'b-1.mjs': '1', 'handler.mjs.map': `{"at":${at}}` });
      const root = rootWith(`zone${at}`, Object.fromEntries(at === 1 ? files.reverse() : files));
      utimesSync(join(root, 'services', 'report', 'dist', 'b-1.mjs'), 1e9 + at, 1e9 + at);
      return packageService('report', { root, version: '1.0' }).sha256;
    });
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    expect(new Set(digests).size).toBe(1);
  });

  it('puts the code inside and the source maps beside it', () => {
    const root = rootWith('maps', { 'handler.mjs': 'export {}', 'handler.mjs.map': '{}', 'x-1.mjs': '1' });
    const { path } = packageService('report', { root, version: '3.14' });
    expect(path).toBe(join(root, 'build', 'report-3.14.zip'));
    expect(Object.keys(unzipSync(readFileSync(path)))).toEqual(['handler.mjs', 'x-1.mjs']);
    expect(readdirSync(join(root, 'build', 'report-3.14.maps'))).toEqual(['handler.mjs.map']);
  });

  it('refuses what is not built, what is too large, and what is no version', () => {
    expect(() => packageService('report', { root: rootWith('empty', {}), version: '1.0' })).toThrow('has no handler');
    const noise = createHash('shake256', { outputLength: 400_000 }).update('seed').digest('base64');
    const root = rootWith('large', { 'handler.mjs': noise });
    expect(() => packageService('report', { root, version: '1.0' })).toThrow('over the bound of 330000');
    for (const version of ['1', '1.0.0', '01.0', 'v1.0', '1.0/..']) {
      expect(() => packageService('report', { root, version })).toThrow('<major>.<minor>');
    }
  });
});

describe('the functions of this checkout', () => {
  it('take their version from package.json alone', () => {
    expect(`${currentVersion()}.0`).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
  });

  it('stay within their bounds', () => {
    for (const service of deployedServices()) {
      const { bytes, bound, path } = packageService(service, { out: folder });
      expect(bytes).toBeLessThanOrEqual(bound);
      expect(sha256(path)).toMatch(/^[0-9a-f]{64}$/);
      cpSync(path, `${path}.kept`);
      expect(sha256(packageService(service, { out: folder }).path)).toBe(sha256(`${path}.kept`));
    }
  });
});
