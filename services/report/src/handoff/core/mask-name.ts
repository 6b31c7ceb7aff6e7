/** A customer's own name is taken out of the text that they wrote. */

const MASK = '[customer]';

/** Scripts that set no space between words: there a name has no edges to look for. */
const SPACELESS = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
const NAME_WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** What may stand between the parts of a name. */
const BETWEEN = /^[\p{Z}\p{Cc}\p{Pd}._']{0,3}$/u;

/**
 * Replaces every occurrence of the name by `MASK`: whole words, in any case (full case folding: `STRASSE` is `Straße`),
 * whatever white space, dot or hyphen is between its parts. A name of one letter masks nothing. Other names, and parts of
 * this one, stay.
 */
export function maskName(text: string, name: string | null): string {
  if (name === null) return text;
  const parts = (fold(name).match(NAME_WORD) ?? []) as string[];
  const [first] = parts;
  if (first === undefined || parts.join('').length < 2) return text;
  // Most texts do not hold their writer's name: they are told so before anything else is done.
  if (!fold(text).includes(first)) return text;
  return maskParts(text, parts);
}

function maskParts(text: string, parts: readonly string[]): string {
  const folded = foldWithOffsets(text);
  const isSpaceless = SPACELESS.test(parts.join(''));
  let masked = '';
  let from = 0;
  for (let at = 0; at < folded.text.length; ) {
    const start = folded.text.indexOf(parts[0] as string, at);
    if (start === -1) break;
    const end = matchEnd(folded.text, start, parts);
    const isWhole =
      end !== undefined &&
      folded.starts[start] !== folded.starts[start - 1] &&
      (isSpaceless || (!isWordAt(folded.text, start - 1) && !isWordAt(folded.text, end)));
    if (!isWhole) {
      at = start + 1;
      continue;
    }
    masked += text.slice(from, folded.starts[start]) + MASK;
    from = folded.starts[end] ?? text.length;
    at = end;
  }
  return masked + text.slice(from);
}

/** The end of the name that starts here, as far as all of its parts follow each other. */
function matchEnd(text: string, start: number, parts: readonly string[]): number | undefined {
  let end = start;
  for (const [number, part] of parts.entries()) {
    const next = number === 0 ? start : text.indexOf(part, end);
    if (next === -1 || next - end > 3 || !BETWEEN.test(text.slice(end, next))) return undefined;
    end = next + part.length;
  }
  return end;
}

/** Whether the character that covers a UTF-16 unit is part of a word. */
function isWordAt(text: string, at: number): boolean {
  if (at < 0 || at >= text.length) return false;
  const isLow = text.charCodeAt(at) >= 0xdc00 && text.charCodeAt(at) <= 0xdfff;
  return WORD_CHARACTER.test(String.fromCodePoint(text.codePointAt(isLow && at > 0 ? at - 1 : at) ?? 0));
}

/** Full case folding, near enough: to upper case and back. Final sigma is the one letter whose place would tell. */
function fold(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/** Folded code point by code point, and for each unit of it where in the text it comes from. */
function foldWithOffsets(text: string): { text: string; starts: number[] } {
  let folded = '';
  const starts: number[] = [];
  let at = 0;
  for (const character of text) {
    const part = fold(character);
    folded += part;
    for (let unit = 0; unit < part.length; unit += 1) starts.push(at);
    at += character.length;
  }
  starts.push(at);
  return { text: folded, starts };
}
