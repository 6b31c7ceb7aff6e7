const NEEDS_QUOTES = /[",\r\n]/;

/** One RFC 4180 record with its line end (LF). */
export function csvRecord(fields: readonly string[]): string {
  return `${fields.map(quoteField).join(',')}\n`;
}

function quoteField(field: string): string {
  return NEEDS_QUOTES.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
