/** The Pythons of a bench: one with the peers in it, or at least one that can measure a process from outside. */

const SETUP = new URL('../../scripts/setup.mjs', import.meta.url).href;

interface Setup {
  readonly ensureVenv: (name: string, options: { log: (line: string) => void }) => Promise<string>;
  readonly findPython: () => { readonly path: string };
}

function loadSetup(): Promise<Setup> {
  return import(/* @vite-ignore */ SETUP) as Promise<Setup>;
}

/** The Python of tools/python/bench.txt. @throws SetupError where it cannot be made */
export async function findPeersPython(log: (line: string) => void): Promise<string> {
  return (await loadSetup()).ensureVenv('bench', { log });
}

/** Any Python; undefined where there is none. */
export async function findPlainPython(): Promise<string | undefined> {
  try {
    return (await loadSetup()).findPython().path;
  } catch {
    return undefined;
  }
}
