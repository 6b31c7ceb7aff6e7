import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskName } from './mask-name.ts';

describe('maskName', () => {
  it.each([
    ['Regards, Ann Lee', 'Ann Lee', 'Regards, [customer]'],
    ['ANN LEE was here. ann lee!', 'Ann Lee', '[customer] was here. [customer]!'],
    ["Ann Lee's soup", 'Ann Lee', "[customer]'s soup"],
    ['Ann-Lee, Ann  Lee, Ann\nLee', 'Ann Lee', '[customer], [customer], [customer]'],
    ['Joann Lee and Ann Leeds', 'Ann Lee', 'Joann Lee and Ann Leeds'],
    ['Ann and Lee', 'Ann Lee', 'Ann and Lee'],
    ['Hauptstrasse und STRASSE', 'Straße', 'Hauptstrasse und [customer]'],
    ['von JOSÉ und jose\u0301', 'José', 'von [customer] und [customer]'],
    ['José is not Jose', 'Jose', 'José is not [customer]'],
    ['ο ΝΙΚΟΣ και ο Νίκος', 'Νικος', 'ο [customer] και ο Νίκος'],
    ['王小明很喜欢', '王小明', '[customer]很喜欢'],
    ['𝒜nn and x𝒜nn', '𝒜nn', '[customer] and x𝒜nn'],
    ['a b c', 'a', 'a b c'],
    ['(.*) costs', '.*', '(.*) costs'],
    ['nothing', null, 'nothing'],
    ['İstanbul İlker', 'İlker', 'İstanbul [customer]'],
  ])('%s, of %s: %s', (text, name, expected) => {
    expect(maskName(text.normalize('NFC'), name)).toBe(expected);
  });

  it('leaves nothing of a name between other words, in any case', () => {
    const word = fc.stringMatching(/^[A-Za-zÄÖÜäöüßéñčçøšΑ-ΡΣ-Ωα-ω]{2,8}$/);
    const cases = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase(),
      (text: string) => text.toLowerCase(),
    );
    fc.assert(
      fc.property(word, word, cases, (first, last, inCase) => {
        const masked = maskName(`Before, ${inCase(`${first} ${last}`)}. After`, `${first} ${last}`);
        expect(masked).toBe('Before, [customer]. After');
      }),
      { numRuns: 500, seed: 62 },
    );
  });

  it('takes nothing out of a text without the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(maskName(text, 'Zyx Wvuqqq')).toBe(text);
      }),
      { numRuns: 200, seed: 63 },
    );
  });
});
