/** load-bundle.ts BUNDLE [--files]: says in one line of JSON how long the bundle takes to load, or which files that reads. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const [bundle, mode] = process.argv.slice(2) as [string, string | undefined];
const files: string[] = [];
if (mode === '--files') {
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith('file:')) files.push(url);
      return nextLoad(url, context);
    },
  });
}
const startedMs = performance.now();
await import(pathToFileURL(bundle).href);
const load_ms = performance.now() - startedMs;
process.stdout.write(`${JSON.stringify({ load_ms, files })}\n`);
// Clients may hold the process open.
process.exit(0);
