/**
 * UTF-16 to UTF-8, streaming. A surrogate without its other half becomes the three bytes that it would have, were it a
 * character: these are no UTF-8, so its row is set aside, and no bit of it is lost. Source: RFC 2781; the WTF-8 encoding.
 */

/** Bytes of UTF-16 in, bytes of UTF-8 out, in order; the byte order mark is left out. */
export async function* utf16ToUtf8(chunks: AsyncIterable<Buffer>, isBigEndian: boolean): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  let isStart = true;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    // Whole units only, and no high surrogate at the end: its other half may be in the next chunk.
    let end = bytes.length & ~1;
    if (end >= 2 && (unitAt(bytes, end - 2, isBigEndian) & 0xfc00) === 0xd800) end -= 2;
    rest = Buffer.from(bytes.subarray(end));
    const from = isStart && end >= 2 ? 2 : 0;
    if (end >= 2) isStart = false;
    if (end > from) yield toUtf8(bytes, from, end, isBigEndian);
  }
  if (rest.length >= 2) yield toUtf8(rest, 0, rest.length & ~1, isBigEndian);
  // Half a unit is no character in any reading: a byte that no UTF-8 has.
  if (rest.length % 2 === 1) yield Buffer.of(0xff);
}

function unitAt(bytes: Buffer, i: number, isBigEndian: boolean): number {
  return isBigEndian ? bytes.readUInt16BE(i) : bytes.readUInt16LE(i);
}

function toUtf8(bytes: Buffer, start: number, end: number, isBigEndian: boolean): Buffer {
  const out = Buffer.allocUnsafe(((end - start) / 2) * 3);
  let length = 0;
  for (let i = start; i < end; i += 2) {
    let code = unitAt(bytes, i, isBigEndian);
    const isHigh = (code & 0xfc00) === 0xd800;
    if (isHigh && i + 2 < end) {
      const low = unitAt(bytes, i + 2, isBigEndian);
      if ((low & 0xfc00) === 0xdc00) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        i += 2;
      }
    }
    if (code < 0x80) {
      out[length++] = code;
    } else if (code < 0x800) {
      out[length++] = 0xc0 | (code >> 6);
      out[length++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      out[length++] = 0xe0 | (code >> 12);
      out[length++] = 0x80 | ((code >> 6) & 0x3f);
      out[length++] = 0x80 | (code & 0x3f);
    } else {
      out[length++] = 0xf0 | (code >> 18);
      out[length++] = 0x80 | ((code >> 12) & 0x3f);
      out[length++] = 0x80 | ((code >> 6) & 0x3f);
      out[length++] = 0x80 | (code & 0x3f);
    }
  }
  return out.subarray(0, length);
}
