import { expandRule } from './expand.ts';
import type { Random } from './random.ts';

/** Texts are this long, in Unicode code points (measured on the real files). */
export const TEXT_LENGTH_MIN = 58;
export const TEXT_LENGTH_MAX = 4552;

/** The inverse of the distribution of text lengths, (share, code points), linear between the points. Mean 589 with variants. */
const LENGTH_QUANTILES = [
  [0, 58],
  [0.05, 108],
  [0.1, 146],
  [0.25, 232],
  [0.5, 396],
  [0.75, 695],
  [0.9, 1145],
  [0.97, 1780],
  [0.99, 2500],
  [1, 4552],
] as const;

/** The length in code points below which the given share (0 to 1) of all texts lies. */
export function textLengthAt(share: number): number {
  const upper = Math.max(
    1,
    LENGTH_QUANTILES.findIndex(([at]) => at >= share),
  );
  const [shareLow, lengthLow] = LENGTH_QUANTILES[upper - 1] as readonly [number, number];
  const [shareHigh, lengthHigh] = LENGTH_QUANTILES[upper] as readonly [number, number];
  return Math.round(lengthLow + ((lengthHigh - lengthLow) * (share - shareLow)) / (shareHigh - shareLow));
}

/** The number of Unicode code points of a text. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count--;
  return count;
}

/** A text of about `length` code points (within the limits above) in the mood of a rating of 1 to 5. */
export function composeText(random: Random, rating: number, length: number): string {
  const mood = MOODS[rating - 1] as Mood;
  const wantsParagraphs = random.chance(0.6);
  let text = '';
  let used = 0;
  for (;;) {
    const sentence = drawSentence(random, mood, used > 0 && length - used < 90);
    const glue = used === 0 ? '' : wantsParagraphs && random.chance(0.18) ? random.pick(BREAKS) : ' ';
    const grown = used + glue.length + codePoints(sentence);
    if (used >= TEXT_LENGTH_MIN && (grown - length >= length - used || grown > TEXT_LENGTH_MAX)) return text;
    text += glue + sentence;
    used = grown;
  }
}

/** One more sentence, as a variant of a text may have. */
export function drawSentence(random: Random, mood: Mood, closes = false): string {
  const kind = random.weighted(mood);
  const sentence = expandRule(closes && random.chance(0.5) ? `closing_${kind}` : kind, random);
  const end = kind === 'neutral' || random.chance(0.7) ? '.' : random.pick(ENDS);
  const emoji = random.chance(0.025) ? ` ${expandRule('emoji', random)}` : '';
  return sentence.charAt(0).toUpperCase() + sentence.slice(1) + end + emoji;
}

type Mood = readonly (readonly ['good' | 'bad' | 'neutral', number])[];

const BREAKS = ['\n', '\n', '\n\n', '\n\n', '\n- '] as const;
const ENDS = ['!', '!!', '...', '.', ' :)', '?!'] as const;

/** By rating, from 1 to 5. */
export const MOODS: readonly Mood[] = [
  [
    ['bad', 7],
    ['neutral', 3],
    ['good', 0.3],
  ],
  [
    ['bad', 5],
    ['neutral', 4],
    ['good', 1],
  ],
  [
    ['bad', 2],
    ['neutral', 5],
    ['good', 2],
  ],
  [
    ['bad', 0.7],
    ['neutral', 4],
    ['good', 5],
  ],
  [
    ['bad', 0.2],
    ['neutral', 3],
    ['good', 7],
  ],
];
