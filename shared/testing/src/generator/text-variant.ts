import type { Random } from './random.ts';
import { codePoints, drawSentence, MOODS, TEXT_LENGTH_MAX, TEXT_LENGTH_MIN } from './review-text.ts';

/** The text as another row of the same review has it: unchanged, with a typo, its line breaks collapsed, or one sentence more. */
export function varyText(random: Random, text: string, rating: number): string {
  const kind = random.below(20);
  const variant =
    kind < 8
      ? text
      : kind < 13
        ? withTypo(random, text)
        : kind < 17
          ? text.replace(/\n+/g, ' ')
          : `${text} ${drawSentence(random, MOODS[rating - 1] ?? [])}`;
  const length = codePoints(variant);
  return length < TEXT_LENGTH_MIN || length > TEXT_LENGTH_MAX ? text : variant;
}

/** Two letters swapped, one doubled, or one dropped; only between ASCII letters, so that no character is cut. */
function withTypo(random: Random, text: string): string {
  for (let attempt = 0; attempt < 20; attempt++) {
    const at = random.between(1, text.length - 2);
    const pair = text.slice(at, at + 2);
    if (!/^[a-z]{2}$/.test(pair) || pair[0] === pair[1]) continue;
    const kind = random.below(3);
    const typo = kind === 0 ? `${pair[1]}${pair[0]}` : kind === 1 ? `${pair[0]}${pair}` : `${pair[1]}`;
    return text.slice(0, at) + typo + text.slice(at + 2);
  }
  return text;
}
