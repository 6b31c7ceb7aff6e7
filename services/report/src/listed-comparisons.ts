/** Which comparison the list of uploads shows of each: that with the upload right before. */
import { type Comparison, comparisonKey, comparisonSchema, LOGS_PREFIX, shortIdentity } from '@tastetrend/contracts';

/** `…/comparison_<timestamp>_<short identity>_<that of the earlier>.json` */
const COMPARISON = /\/comparison_[^/_]+_([0-9a-f]+)_[0-9a-f]+\.json$/;

export interface ListedComparison {
  readonly comparison: Comparison;
  /** Where its page lies, from the folder of the index; where nothing changed it has none. */
  readonly href: string;
}

/** Comparisons by the later upload, found in any listing that has them. */
export class ListedComparisons {
  readonly #keys = new Map<string, string[]>();

  add(keys: readonly string[]): void {
    for (const key of keys) {
      const [, identity] = COMPARISON.exec(key) ?? [];
      if (identity !== undefined) this.#keys.set(identity, [...(this.#keys.get(identity) ?? []), key]);
    }
  }

  /**
   * One of the same key rather than of the restaurant; of several the one with the newest upload before, since one that
   * was made while that one was not there yet stays.
   * @throws BrokenWorldError
   */
  async of(identity: string, readText: (key: string) => Promise<string | undefined>): Promise<ListedComparison | null> {
    const keys = this.#keys.get(shortIdentity(identity)) ?? [];
    const texts = await Promise.all(keys.map(readText));
    const found = texts.flatMap((text) => {
      const parsed = text === undefined ? undefined : comparisonSchema.safeParse(JSON.parse(text)).data;
      return parsed?.now.identity === identity ? [parsed] : [];
    });
    const [comparison] = found.sort(
      (a, b) =>
        Number(b.same === 'key') - Number(a.same === 'key') ||
        ((a.before.source.uploaded_at ?? '') < (b.before.source.uploaded_at ?? '') ? 1 : -1),
    );
    if (comparison === undefined) return null;
    const { now, before } = comparison;
    const page = comparisonKey(now.source.uploaded_at ?? '', now.identity, before.identity, 'html');
    return { comparison, href: `../${page.slice(LOGS_PREFIX.length)}` };
  }
}
