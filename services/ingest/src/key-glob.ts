/** Patterns over raw keys, as `--only` takes them. */

/**
 * `*` stands for anything but `/`, `**` for anything, `?` for one character that is no `/`; everything else for itself.
 * @returns whether a key matches as a whole
 */
export function keyGlob(pattern: string): (key: string) => boolean {
  const source = pattern.replaceAll(/\*\*|\*|\?|[\\^$.+()[\]{}|]/g, (found) => {
    if (found === '**') return '[^]*';
    if (found === '*') return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
  const expression = new RegExp(`^${source}$`, 'u');
  return (key) => expression.test(key);
}
