// node scripts/complete-lock.mjs, after each `npm install` that changed package-lock.json.
//
// A registry may not serve the builds of native packages for other platforms; `npm install` then leaves them out of the
// lock, and `npm ci` refuses a lock without them, on every platform. This adds them by the version that their parent
// asks for, so that the lock is whole: here they are skipped, and where they are needed `npm ci` fetches that version.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'openharmony', 'netbsd', 'openbsd', 'sunos', 'aix'];
const CPU = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el'];
const OTHER_NAMES = { windows: 'win32', 64: 'x64', wasm32: 'wasm32' };

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const { packages } = lock;
const added = [];

for (const parent of Object.values(packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    if (place in packages || !/^\d/.test(version)) continue;
    const words = name
      .split('/')
      .pop()
      .split('-')
      .flatMap((word) => [word, OTHER_NAMES[word] ?? '']);
    const os = words.filter((word) => OS.includes(word));
    const cpu = words.filter((word) => CPU.includes(word) || word === 'wasm32');
    if (os.length === 0 && cpu.length === 0) throw new Error(`cannot tell which platform ${name} is for`);
    const libc =
      words.includes('musl') || words.includes('musleabihf') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
    packages[place] = {
      version,
      ...(cpu.length > 0 ? { cpu } : {}),
      ...(parent.dev ? { dev: true } : {}),
      ...(libc.length > 0 ? { libc } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
    };
    added.push(`${name}@${version}`);
  }
}

if (added.length > 0) {
  const [root, ...rest] = Object.entries(packages);
  lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(added.length > 0 ? `added to package-lock.json: ${added.join(', ')}` : 'package-lock.json is whole');
