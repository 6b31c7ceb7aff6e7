// The lock must install as it stands (npm ci) and name no registry.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
const addresses = lock.match(/"resolved": *"https?:[^"]*"/g) ?? [];
const { status, stderr } = spawnSync('npm', ['ci', '--dry-run', '--loglevel=error'], { encoding: 'utf8' });
if (addresses.length > 0) console.error(`package-lock.json holds ${addresses.length} addresses; see .npmrc`);
if (status !== 0) console.error(`${stderr}\nAfter an npm install, run: node scripts/complete-lock.mjs`);
process.exitCode = addresses.length > 0 || status !== 0 ? 1 : 0;
if (process.exitCode === 0) console.log('package-lock.json is whole and names no registry');
