/** A review's text becomes chunks: about 1,200 characters each, cut at the ends of sentences, the next one overlapping. */

/** UTF-16 units. With up to 3 bytes of UTF-8 each, a chunk has no more tokens than a model of 8,192 takes (limits.ts). */
const CHUNK_CHARS = 1_200;
/** A fifth, so that what a cut takes apart is still found together in one of the two. */
const OVERLAP_CHARS = CHUNK_CHARS / 5;
/**
 * A single grapheme of up to so many units is a chunk of its own. Past it (a letter under a thousand accents, which nobody
 * reads) it is cut between code points: whole, no model would take it.
 */
const GRAPHEME_CHARS_MAX = 2 * CHUNK_CHARS;

const SENTENCES = new Intl.Segmenter('und', { granularity: 'sentence' });
const WORDS = new Intl.Segmenter('und', { granularity: 'word' });
const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * @returns the chunks in order, without white space at their ends; none where there is nothing else. All of the text is in
 *   them, and no cut is inside of a grapheme (see `GRAPHEME_CHARS_MAX`).
 */
export function chunkText(text: string): string[] {
  const whole = text.trim();
  if (whole.length <= CHUNK_CHARS) return whole === '' ? [] : [whole];
  return chunkRanges(whole).flatMap(([start, end]) => whole.slice(start, end).trim() || []);
}

/** Where the chunks of a text begin and end, white space at their ends included. */
export function chunkRanges(text: string): (readonly [start: number, end: number])[] {
  return [...rangesOf(new Cuts(text), text.length)];
}

function* rangesOf(cuts: Cuts, length: number): Generator<readonly [start: number, end: number]> {
  let start = 0;
  let done = 0;
  while (done < length) {
    if (length - start <= CHUNK_CHARS) {
      yield [start, length];
      return;
    }
    let end = cuts.sentenceEnd(done, start + CHUNK_CHARS);
    if (end === undefined) {
      // The next sentence does not fit beside the overlap: then the overlap gives way as far as it must.
      end = cuts.sentenceEnd(done, done + CHUNK_CHARS);
      if (end !== undefined) start = Math.min(done, cuts.wordStart(Math.max(start, end - CHUNK_CHARS), done));
    }
    // A sentence longer than a chunk is cut between words, a word longer than one between graphemes.
    end ??= cuts.wordEnd(done, start + CHUNK_CHARS);
    if (end === undefined) {
      start = done;
      end = cuts.anyEnd(done, done + CHUNK_CHARS);
    }
    yield [start, end];
    done = end;
    start = cuts.overlapStart(start, end);
  }
}

/** Where a text may be cut. Every offset that is given is at the edge of a grapheme. */
class Cuts {
  readonly #text: string;
  readonly #sentenceEnds: number[] = [];
  readonly #words: Intl.Segments;
  readonly #graphemes: Intl.Segments;
  #sentencesDone = 0;

  constructor(text: string) {
    this.#text = text;
    this.#words = WORDS.segment(text);
    this.#graphemes = GRAPHEMES.segment(text);
    for (const { index, segment } of SENTENCES.segment(text)) {
      const end = index + segment.length;
      if (this.#isEdge(end)) this.#sentenceEnds.push(end);
    }
  }

  /** The last end of a sentence behind `after`, and not behind `limit`. `after` must not become less between calls. */
  sentenceEnd(after: number, limit: number): number | undefined {
    while ((this.#sentenceEnds[this.#sentencesDone] ?? Number.POSITIVE_INFINITY) <= after) this.#sentencesDone += 1;
    let found: number | undefined;
    for (let at = this.#sentencesDone; (this.#sentenceEnds[at] ?? Number.POSITIVE_INFINITY) <= limit; at += 1) {
      found = this.#sentenceEnds[at];
    }
    return found;
  }

  /** The last start of a word behind `after`, and not behind `limit`. */
  wordEnd(after: number, limit: number): number | undefined {
    const start = this.#words.containing(limit)?.index ?? limit;
    return start > after && this.#isEdge(start) ? start : undefined;
  }

  /** The first start of a word from `from` on; `otherwise` where none is before it. */
  wordStart(from: number, otherwise: number): number {
    for (let at = from; at < otherwise; ) {
      const word = this.#words.containing(at);
      if (word === undefined) break;
      if (word.index >= from && word.isWordLike === true && this.#isEdge(word.index)) return word.index;
      at = word.index + word.segment.length;
    }
    return otherwise;
  }

  /** The last edge of a grapheme behind `after`, and not behind `limit`, if there is one. */
  anyEnd(after: number, limit: number): number {
    const edge = this.#graphemes.containing(limit)?.index ?? limit;
    if (edge > after) return edge;
    const endless = this.#graphemes.containing(after);
    const end = endless === undefined ? limit : endless.index + endless.segment.length;
    if (end - after <= GRAPHEME_CHARS_MAX) return end;
    const isInPair = (this.#text.codePointAt(limit - 1) ?? 0) > 0xffff;
    return isInPair ? limit - 1 : limit;
  }

  /** Where the next chunk starts: with the first whole sentence of the overlap, else with its first whole word. */
  overlapStart(start: number, end: number): number {
    const from = Math.max(start + 1, end - OVERLAP_CHARS);
    const sentence = this.#sentenceEnds.find((one) => one >= from);
    if (sentence !== undefined && sentence < end) return sentence;
    return this.wordStart(from, end);
  }

  #isEdge(offset: number): boolean {
    return offset >= this.#text.length || this.#graphemes.containing(offset)?.index === offset;
  }
}
