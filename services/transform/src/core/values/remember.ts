/**
 * Remembers what a pure function said of a cell: dates, genders and ages are few, and come again and again. Holds so many
 * cells of so many characters at most; what comes later is computed each time.
 */
const CELLS_MAX = 8_192;
const CELL_CHARS_MAX = 64;

export function remembering<T>(pure: (cell: string) => T): (cell: string) => T {
  const known = new Map<string, T>();
  return (cell) => {
    if (cell.length > CELL_CHARS_MAX) return pure(cell);
    const found = known.get(cell);
    if (found !== undefined || known.has(cell)) return found as T;
    const said = pure(cell);
    if (known.size < CELLS_MAX) known.set(cell, said);
    return said;
  };
}
