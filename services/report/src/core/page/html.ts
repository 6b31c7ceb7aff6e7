/** HTML as a type of its own: a string that gets into a page is escaped, unless it was made here. */

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand between the parts of a template; null, undefined and false are nothing. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

/** A piece of a page: what is put in is escaped, and stands in text or in a quoted attribute, nowhere else. */
export function html(parts: TemplateStringsArray, ...values: readonly Part[]): Html {
  let text = parts[0] ?? '';
  for (const [i, value] of values.entries()) text += rendered(value) + (parts[i + 1] ?? '');
  return new Html(text);
}

function rendered(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(rendered).join('');
  return escaped(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SPECIAL = /[&<>"'`\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/gu;

/** Control characters, which HTML does not allow, are shown as a sign; half a character as a replacement. */
function escaped(text: string): string {
  return text.replaceAll(SPECIAL, (character) => {
    const entity = ESCAPES[character];
    if (entity !== undefined) return entity;
    if (character === '\n' || character === '\t' || character === '\r') return ' ';
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\u{fffd}';
  });
}

/** Longer names are cut where they are shown: a header may have thousands of characters. */
const NAME_CHARS_MAX = 80;

/** Text that others wrote, in its own direction, so that it cannot turn what stands around it. */
export function foreign(text: string, charsMax = NAME_CHARS_MAX): Html {
  return html`<bdi>${shortened(text, charsMax)}</bdi>`;
}

/** The first so many characters; never half of one. */
export function shortened(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text.slice(0, charsMax * 8));
  return `${Array.from(graphemes, ({ segment }) => segment)
    .slice(0, charsMax)
    .join('')}…`;
}
