/** Text as JSON has it between quotes, as JSON.stringify writes it: ECMA-404, section 9. */

function hexDigit(value: u32): u32 {
  return value + (value < 10 ? 0x30 : 0x57);
}

/** The letter behind the backslash, or 0 where the byte has no short escape. */
function shortEscape(byte: u32): u32 {
  if (byte == 0x22 || byte == 0x5c) return byte;
  if (byte == 0x0a) return 0x6e;
  if (byte == 0x0d) return 0x72;
  if (byte == 0x09) return 0x74;
  if (byte == 0x08) return 0x62;
  return byte == 0x0c ? 0x66 : 0;
}

/** @param out has room for six times `length` @returns the length of what was written */
export function escapeJson(start: usize, length: u32, out: usize): u32 {
  const quotes = i8x16.splat(0x22);
  const backslashes = i8x16.splat(0x5c);
  const spaces = i8x16.splat(0x20);
  const end = start + length;
  let p = start;
  let to = out;
  while (p < end) {
    let run = p;
    while (run + 16 <= end) {
      const bytes = v128.load(run);
      const special = v128.or(
        v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes)),
        i8x16.lt_u(bytes, spaces),
      );
      const mask = <u32>i8x16.bitmask(special);
      if (mask != 0) {
        run += ctz(mask);
        break;
      }
      run += 16;
    }
    while (run < end) {
      const byte: u32 = load<u8>(run);
      if (byte == 0x22 || byte == 0x5c || byte < 0x20) break;
      run++;
    }
    memory.copy(to, p, run - p);
    to += run - p;
    p = run;
    if (p >= end) break;
    const byte: u32 = load<u8>(p++);
    const letter = shortEscape(byte);
    store<u8>(to, 0x5c);
    if (letter != 0) {
      store<u8>(to, letter, 1);
      to += 2;
    } else {
      store<u32>(to, 0x30303075, 1);
      store<u8>(to, hexDigit(byte >> 4), 4);
      store<u8>(to, hexDigit(byte & 15), 5);
      to += 6;
    }
  }
  return <u32>(to - out);
}
