// Bundles a function's src/handler.ts into dist/: what is deployed, and what the local stack runs. Called in a service's
// folder by its `build` script. Prints the sizes; the first chunk is the default path, the others load when selected.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const service = basename(process.cwd());
const fresh = `dist.${process.pid}`;

// What an interrupted build left behind.
for (const name of readdirSync('.').filter((entry) => /^dist\.\d+/.test(entry))) {
  try {
    process.kill(Number(name.split('.')[1]), 0);
  } catch {
    rmSync(name, { recursive: true, force: true });
  }
}

/** parquetjs-lite's generated Thrift code assigns to variables that it never declares; ES modules are strict. */
const declareThriftGlobals = {
  name: 'declare-thrift-globals',
  transform(code, id) {
    if (!id.endsWith('/parquetjs-lite/gen-nodejs/parquet_types.js')) return null;
    return { code: code.replaceAll(/^(\w+) = module\.exports\.\1 = /gm, 'var $1 = module.exports.$1 = '), map: null };
  },
};

/**
 * A function has its credentials in its environment. The default chain would also look into files, a browser login, and
 * other machines, and brings their clients along: a tenth of the bundle, read at every cold start.
 */
const credentialsFromEnvironment = {
  name: 'credentials-from-environment',
  resolveId(id) {
    return id === '@aws-sdk/credential-provider-node' ? '\0credentials' : null;
  },
  load(id) {
    if (id !== '\0credentials') return null;
    return "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';";
  },
};

const bundle = await rolldown({
  input: 'src/handler.ts',
  platform: 'node',
  plugins: [declareThriftGlobals, credentialsFromEnvironment],
  onLog(level, log, handle) {
    // What is not in the bundle is not there when the function runs.
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    handle(level, log);
  },
});
await bundle.write({
  dir: fresh,
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name]-[hash].mjs',
  sourcemap: true,
  minify: true,
});
await bundle.close();

// The old bundle gives way in one step: a function that starts meanwhile finds one or the other, and never half of one.
const old = `${fresh}.old`;
try {
  renameSync('dist', old);
} catch {
  mkdirSync(old, { recursive: true });
}
renameSync(fresh, 'dist');
rmSync(old, { recursive: true, force: true });

for (const name of readdirSync('dist')
  .filter((file) => file.endsWith('.mjs'))
  .sort()) {
  const path = join('dist', name);
  const kb = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
  console.log(
    `${service}/dist/${name}: ${kb(statSync(path).size)}, gzipped ${kb(gzipSync(readFileSync(path)).length)}`,
  );
}
