import { ReaderUnavailable } from './errors.ts';

const SETUP = new URL('../../../../scripts/setup.mjs', import.meta.url).href;

/** Names a Python to use instead of the repository's own virtual environment. */
const PYTHON_VARIABLE = 'TASTETREND_READBACK_PYTHON';

/** The path of a Python that should have pyarrow and DuckDB. Throws ReaderUnavailable when there is none. */
export async function findPython(): Promise<string> {
  const named = process.env[PYTHON_VARIABLE];
  if (named) return named;
  try {
    // Loaded when asked for: building the environment takes a network and half a minute, which most tests never need.
    const setup: unknown = await import(/* @vite-ignore */ SETUP);
    return await ensureVenvOf(setup)('readback');
  } catch (cause) {
    throw new ReaderUnavailable(
      `no Python with pyarrow and duckdb: ${cause instanceof Error ? cause.message : String(cause)}; ` +
        `name one in ${PYTHON_VARIABLE} to use it instead`,
      { cause },
    );
  }
}

type EnsureVenv = (name: string) => string | Promise<string>;

function ensureVenvOf(setup: unknown): EnsureVenv {
  const { ensureVenv } = setup as { ensureVenv?: unknown };
  if (typeof ensureVenv !== 'function') throw new TypeError(`${SETUP} exports no ensureVenv`);
  return ensureVenv as EnsureVenv;
}
