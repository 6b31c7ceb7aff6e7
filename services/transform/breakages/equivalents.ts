/** Mutants that nothing can tell from the original, each with the reason. `npm run breakages` fails when one is caught. */
export interface Equivalent {
  /** Below src/core. */
  readonly file: string;
  /** The mutant's line, before and after. */
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

export const EQUIVALENTS: readonly Equivalent[] = [];
