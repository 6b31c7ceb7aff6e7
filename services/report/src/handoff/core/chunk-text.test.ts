import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkRanges, chunkText } from './chunk-text.ts';

const SENTENCE = 'The soup was warm and the waiter kind, and so we stayed for a while.';
const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

describe('chunkText', () => {
  it('leaves a text that fits as it is, and makes nothing of white space', () => {
    expect(chunkText(' Good food. Bad music. \n')).toEqual(['Good food. Bad music.']);
    expect(chunkText('x'.repeat(1200))).toEqual(['x'.repeat(1200)]);
    expect(chunkText(' \n\t')).toEqual([]);
  });

  it('cuts at the ends of sentences, and overlaps by whole sentences of up to a fifth', () => {
    const sentences = Array.from({ length: 60 }, (_, at) => `${at}: ${SENTENCE}`);
    const chunks = chunkText(sentences.join(' '));
    expect(chunks.length).toBeGreaterThan(3);
    for (const [at, chunk] of chunks.entries()) {
      expect(chunk.length).toBeLessThanOrEqual(1200);
      expect(chunk).toMatch(/^\d+: The soup .* a while\.$/);
      if (at < chunks.length - 1) expect(chunk.length).toBeGreaterThan(1100);
      const before = chunks[at - 1];
      if (before === undefined) continue;
      const shared = overlapOf(before, chunk);
      expect(shared).toBeGreaterThan(240 - SENTENCE.length - 6);
      expect(shared).toBeLessThanOrEqual(240);
    }
  });

  it('lets the overlap give way rather than cut a long sentence', () => {
    const long = `Once ${'word '.repeat(218)}end.`;
    const chunks = chunkText([long, long, long].join(' '));
    expect(chunks).toHaveLength(3);
    for (const chunk of chunks) expect(chunk.endsWith('end.')).toBe(true);
  });

  it('cuts a sentence that is too long between words, and a word between graphemes', () => {
    for (const chunk of chunkText('word '.repeat(1000))) expect(chunk).toMatch(/^word( word)*$/);
    const family = '👩‍👩‍👧‍👦';
    const chunks = chunkText(family.repeat(400));
    expect(chunks.length).toBeGreaterThan(3);
    for (const chunk of chunks) expect(chunk.replaceAll(family, '')).toBe('');
  });

  it('keeps a grapheme of over 1,200 units whole, and cuts one that no model takes between code points', () => {
    const accents = (count: number) => `e${'\u0301'.repeat(count)}`;
    expect(chunkText(`${accents(2000)} and more`)[0]).toBe(accents(2000));
    const chunks = chunkText(`a ${'\u{1F3FB}'}${'\u{E0061}'.repeat(5000)}`);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThanOrEqual(2400);
      expect(chunk.isWellFormed()).toBe(true);
    }
  });

  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
    {
      weight: 4,
      arbitrary: fc.constantFrom('Good. ', 'Really? ', '今日は美味しかった。', 'ร้านนี้อร่อยมาก ', '\n\n', 'مطعم جيد. '),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('x'.repeat(700), '👩‍👩‍👧‍👦'.repeat(60), 'क्षि'.repeat(300), '🇩🇪'.repeat(301)),
    },
  );
  const text = fc.array(piece, { maxLength: 120 }).map((parts) => parts.join(''));

  it('of any text: nothing is lost, nothing is too long, no grapheme is cut, and it ends', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const edges = new Set([...GRAPHEMES.segment(whole)].map(({ index }) => index).concat(whole.length));
        let covered = 0;
        for (const [start, end] of chunkRanges(whole)) {
          expect(end - start).toBeLessThanOrEqual(1200);
          expect(end).toBeGreaterThan(covered);
          expect(start).toBeLessThanOrEqual(covered);
          expect(covered - start).toBeLessThanOrEqual(240);
          expect([edges.has(start), edges.has(end)]).toEqual([true, true]);
          covered = end;
        }
        expect(covered).toBe(whole.length);
      }),
      { numRuns: 300, seed: 61 },
    );
  });
});

function overlapOf(before: string, after: string): number {
  for (let length = Math.min(before.length, after.length); length > 0; length -= 1) {
    if (before.endsWith(after.slice(0, length))) return length;
  }
  return 0;
}
