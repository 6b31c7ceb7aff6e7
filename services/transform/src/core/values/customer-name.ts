const PREFIX = /^(?:Guest|Client)_\s*/i;

/** `Guest_Ann Lee` → `Ann Lee`, white space trimmed; null when nothing is left. */
export function parseCustomerName(cell: string): { readonly name: string | null; readonly hadPrefix: boolean } {
  const trimmed = cell.trim();
  const name = trimmed.replace(PREFIX, '');
  return { name: name === '' ? null : name, hadPrefix: name.length !== trimmed.length };
}
