/** Rows that are set aside are written as JSON by a kernel. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kernels, Region } from './kernels.ts';

function escaped(text: string): string {
  const bytes = Buffer.from(text);
  const region = new Region(bytes.length * 7 + 32);
  try {
    region.u8.set(bytes);
    const out = region.address + bytes.length + 16;
    const length = kernels.escapeJson(region.address, bytes.length, out);
    return Buffer.from(kernels.memory.buffer, out, length).toString();
  } finally {
    region.release();
  }
}

const PADS = ['', 'x', 'fifteen letters', 'sixteen letters!', 'seventeen letters'];

test.each(Array.from({ length: 128 }, (_, code) => [code.toString(16).padStart(2, '0'), String.fromCharCode(code)]))(
  'character %s is escaped as JSON.stringify does, wherever it stands',
  (_code, character) => {
    for (const before of PADS) {
      for (const behind of PADS) {
        const text = before + character + behind;
        expect(`"${escaped(text)}"`).toBe(JSON.stringify(text));
      }
    }
  },
);

test('property: any text is written as JSON.stringify does', () => {
  const part = fc.oneof(
    fc.constantFrom('"', '\\', '\n', '\r\n', '\u0000', '\u001f', '\u007f', 'é😀', ...PADS),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(`"${escaped(parts.join(''))}"`).toBe(JSON.stringify(parts.join('')));
    }),
  );
});
