// Compiles the transform's kernels (services/transform/kernels, AssemblyScript) to WebAssembly, unless the same sources
// were compiled before. The result is a module that holds the bytes as text, so that sources, tests and bundles load it
// alike. Importing this does nothing; run it, or call `ensureKernels`.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './setup.mjs';

const FOLDER = join(ROOT, 'services', 'transform', 'kernels');
const OUTPUT = join(FOLDER, 'build', 'kernels.ts');
// The same everywhere: the build is reproducible, and its bytes are compared by the tests of the bundle.
// A gigabyte of addresses from the start, of which only what is written to becomes memory: memory that grew would take all
// views of it along, and nobody could hold one while another allocates.
const PAGES = '16384';
const OPTIONS = [
  ...['-O3', '--runtime', 'minimal', '--enable', 'simd', '--noAssert', '--disableWarning'],
  ...['--initialMemory', PAGES, '--maximumMemory', PAGES],
];

/**
 * @param {{log?: (line: string) => void}} [options]
 * @returns {Promise<boolean>} whether anything had to be compiled
 */
export async function ensureKernels({ log = console.error } = {}) {
  const sources = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const hash = createHash('sha256').update(OPTIONS.join(' '));
  for (const name of sources) hash.update(`\0${name}\0`).update(readFileSync(join(FOLDER, name)));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  const mark = `// ${hash.digest('hex')}\n`;
  if (readIfThere(OUTPUT)?.startsWith(mark)) return false;
  log('Compiling the kernels ...');
  const { main } = await import('assemblyscript/asc');
  const binary = [];
  const said = [];
  const { error } = await main(['index.ts', '--baseDir', FOLDER, '--outFile', 'kernels.wasm', ...OPTIONS], {
    stdout: { write: (text) => said.push(text) },
    stderr: { write: (text) => said.push(text) },
    writeFile: (_name, contents) => binary.push(contents),
  });
  if (error || said.length > 0) throw new Error(`the kernels do not compile:\n${said.join('')}${error ?? ''}`);
  mkdirSync(join(FOLDER, 'build'), { recursive: true });
  const fresh = `${OUTPUT}.${process.pid}`;
  const base64 = Buffer.from(binary[0]).toString('base64');
  writeFileSync(fresh, `${mark}export const KERNELS = '${base64}';\n`);
  renameSync(fresh, OUTPUT);
  return true;
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureKernels();
