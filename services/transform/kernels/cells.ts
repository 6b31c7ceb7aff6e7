/**
 * Cells of the plain form, by column, many rows a call. Any other cell (white space or letters that are not ASCII around
 * it, a word for "missing", a currency sign …) makes its row odd, and src/core/clean-review.ts reads that row. A test
 * holds both to the same answers. Fields: see scan.ts; a cell's length is −1 where it has no value.
 */
const QUOTE: u32 = 0x22;
const CR: u32 = 0x0d;
const LF: u32 = 0x0a;
const ESCAPED: u32 = 0x80000000;

/** White space of ASCII, as String.prototype.trim knows it. */
function isSpace(byte: u32): bool {
  return byte == 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function lower(byte: u32): u32 {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** Where the cell begins and ends without white space, as the last call of `trim` found it. */
let trimmedStart: usize = 0;
let trimmedEnd: usize = 0;

/** @returns false where white space beyond ASCII may stand at an end */
function trim(start: usize, length: u32): bool {
  let from = start;
  let to = start + length;
  while (from < to && isSpace(load<u8>(from))) from++;
  while (to > from && isSpace(load<u8>(to - 1))) to--;
  trimmedStart = from;
  trimmedEnd = to;
  return from == to || (load<u8>(from) < 0x80 && load<u8>(to - 1) < 0x80);
}

/** Whether `_dup` or `_copy` stands before `end`, in letters of either case. */
function endsWithSuffix(start: usize, end: usize): bool {
  const length = end - start;
  if (length < 4) return false;
  const last = lower(load<u8>(end - 1));
  if (last == 0x70) {
    return load<u8>(end - 4) == 0x5f && lower(load<u8>(end - 3)) == 0x64 && lower(load<u8>(end - 2)) == 0x75;
  }
  return (
    last == 0x79 &&
    length >= 5 &&
    load<u8>(end - 5) == 0x5f &&
    lower(load<u8>(end - 4)) == 0x63 &&
    lower(load<u8>(end - 3)) == 0x6f &&
    lower(load<u8>(end - 2)) == 0x70
  );
}

/** True for every word of values/missing.ts, and for few others. */
function mayBeWordForMissing(start: usize, end: usize): bool {
  const length = <u32>(end - start);
  if (length > 9) return false;
  const first = lower(load<u8>(start));
  const second = length > 1 ? lower(load<u8>(start + 1)) : 0;
  if (first == 0x6e) {
    return second == 0x61 || second == 0x69 || second == 0x6f || second == 0x75 || second == 0x2f || second == 0x2e;
  }
  if (first == 0x75) return second == 0x6e;
  if (first == 0x2d) return length <= 2;
  return first == 0x3f || first == 0x23;
}

/** Ids: trimmed, their suffixes removed, which is noted in `suffixed`; what may be a word for "missing" makes the row odd. */
export function cleanIds(
  fields: usize,
  stride: u32,
  n: u32,
  starts: usize,
  lengths: usize,
  suffixed: usize,
  odd: usize,
): void {
  for (let row: u32 = 0; row < n; row++, fields += stride, starts += 4, lengths += 4) {
    const length = load<u32>(fields, 4);
    if (length == 0) {
      store<i32>(lengths, -1);
      continue;
    }
    if (length & ESCAPED || !trim(load<u32>(fields), length)) {
      store<u8>(odd + row, 1);
      continue;
    }
    const start = trimmedStart;
    let end = trimmedEnd;
    if (start == end) {
      store<i32>(lengths, -1);
      continue;
    }
    while (endsWithSuffix(start, end)) {
      end -= load<u8>(end - 4) == 0x5f ? 4 : 5;
      while (end > start && isSpace(load<u8>(end - 1))) end--;
      store<u8>(suffixed + row, 1);
    }
    // Behind a suffix, white space beyond ASCII would go as well.
    if (end == start || load<u8>(end - 1) >= 0x80 || mayBeWordForMissing(start, end)) {
      store<u8>(odd + row, 1);
      continue;
    }
    store<u32>(starts, <u32>start);
    store<i32>(lengths, <i32>(end - start));
  }
}

/** How many bytes of `Guest_` or `Client_` the name begins with. */
function prefixLength(start: usize, end: usize): u32 {
  const length = end - start;
  if (length < 6) return 0;
  const first = lower(load<u8>(start));
  if (first == 0x67) {
    const isGuest =
      lower(load<u8>(start + 1)) == 0x75 &&
      lower(load<u8>(start + 2)) == 0x65 &&
      lower(load<u8>(start + 3)) == 0x73 &&
      lower(load<u8>(start + 4)) == 0x74 &&
      load<u8>(start + 5) == 0x5f;
    return isGuest ? 6 : 0;
  }
  if (first != 0x63 || length < 7) return 0;
  const isClient =
    lower(load<u8>(start + 1)) == 0x6c &&
    lower(load<u8>(start + 2)) == 0x69 &&
    lower(load<u8>(start + 3)) == 0x65 &&
    lower(load<u8>(start + 4)) == 0x6e &&
    lower(load<u8>(start + 5)) == 0x74 &&
    load<u8>(start + 6) == 0x5f;
  return isClient ? 7 : 0;
}

/** Names: trimmed, their prefix removed, which is noted in `prefixed`; a name that is a prefix alone makes the row odd. */
export function cleanNames(
  fields: usize,
  stride: u32,
  n: u32,
  starts: usize,
  lengths: usize,
  prefixed: usize,
  odd: usize,
): void {
  for (let row: u32 = 0; row < n; row++, fields += stride, starts += 4, lengths += 4) {
    const length = load<u32>(fields, 4);
    if (length == 0) {
      store<i32>(lengths, -1);
      continue;
    }
    if (length & ESCAPED || !trim(load<u32>(fields), length)) {
      store<u8>(odd + row, 1);
      continue;
    }
    let start = trimmedStart;
    const prefix = prefixLength(start, trimmedEnd);
    if (prefix > 0) {
      start += prefix;
      while (start < trimmedEnd && isSpace(load<u8>(start))) start++;
      // Behind the prefix, white space beyond ASCII would go as well.
      if (start == trimmedEnd || load<u8>(start) >= 0x80) {
        store<u8>(odd + row, 1);
        continue;
      }
      store<u8>(prefixed + row, 1);
    }
    store<u32>(starts, <u32>start);
    store<i32>(lengths, trimmedEnd == start ? -1 : <i32>(trimmedEnd - start));
  }
}

/** Powers of ten that a double holds exactly. */
const POWERS: StaticArray<f64> = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
const DIGITS_MAX: u32 = 15;

/**
 * Numbers of up to 15 digits with or without a point: whole digits over a power of ten, both exact in a double, so that
 * the quotient is the double nearest to the number (Clinger, 1990). Anything else makes the row odd.
 */
export function cleanNumbers(fields: usize, stride: u32, n: u32, values: usize, present: usize, odd: usize): void {
  for (let row: u32 = 0; row < n; row++, fields += stride, values += 8) {
    const length = load<u32>(fields, 4);
    if (length == 0) {
      store<u8>(present + row, 0);
      continue;
    }
    if (length > DIGITS_MAX + 1) {
      store<u8>(odd + row, 1);
      continue;
    }
    let p: usize = load<u32>(fields);
    const end = p + length;
    let digits: u64 = 0;
    let whole: u32 = 0;
    while (p < end) {
      const digit = <u32>load<u8>(p) - 0x30;
      if (digit > 9) break;
      digits = digits * 10 + digit;
      whole++;
      p++;
    }
    let fraction: u32 = 0;
    if (whole > 0 && p < end && load<u8>(p) == 0x2e) {
      p++;
      while (p < end) {
        const digit = <u32>load<u8>(p) - 0x30;
        if (digit > 9) break;
        digits = digits * 10 + digit;
        fraction++;
        p++;
      }
    }
    if (p < end || whole == 0 || whole + fraction > DIGITS_MAX) {
      store<u8>(odd + row, 1);
      continue;
    }
    store<f64>(values, <f64>digits / unchecked(POWERS[fraction]));
    store<u8>(present + row, 1);
  }
}

/**
 * Whether the character at `p`, which is not ASCII, keeps any text in Unicode's form NFC: it is a starter that never
 * composes with what stands before it. True for no other; false for many that could be. Source: Unicode, UAX #15,
 * NFC_Quick_Check=Yes and Canonical_Combining_Class=0.
 */
function isInertCharacter(p: usize, lead: u32): bool {
  // U+0080 to U+02FF
  if (lead < 0xcc) return true;
  if (lead == 0xe2) {
    const second: u32 = load<u8>(p + 1);
    // U+2002 to U+203F but for U+2000 and U+2001; U+2040 to U+20BF; U+2600 to U+27FF; U+2B00 to U+2B7F
    if (second == 0x80) return load<u8>(p + 2) >= 0x82;
    return second == 0x81 || second == 0x82 || (second >= 0x98 && second <= 0x9f) || second == 0xac || second == 0xad;
  }
  // U+5000 to U+9FFF
  if (lead >= 0xe5 && lead <= 0xe9) return true;
  // U+FE00 to U+FE0F
  if (lead == 0xef) return load<u8>(p + 1) == 0xb8 && load<u8>(p + 2) <= 0x8f;
  if (lead != 0xf0) return false;
  // U+1F000 to U+1FFFF, and U+1D400 to U+1D7FF
  const second: u32 = load<u8>(p + 1);
  return second == 0x9f || (second == 0x9d && load<u8>(p + 2) >= 0x90);
}

/** Characters of the text that `measure` last looked at. */
let characters: i32 = 0;

/** Counts the code points of UTF-8. @returns whether the text is surely in NFC */
function measure(start: usize, end: usize): bool {
  let continuations: u32 = 0;
  let p = start;
  while (p < end) {
    if (p + 16 <= end) {
      const bytes = v128.load(p);
      const high = <u32>i8x16.bitmask(bytes);
      if (high == 0) {
        p += 16;
        continue;
      }
      p += ctz(high);
    }
    const lead: u32 = load<u8>(p);
    if (lead < 0x80) {
      p++;
      continue;
    }
    if (!isInertCharacter(p, lead)) return false;
    const size: u32 = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    continuations += size - 1;
    p += size;
  }
  characters = <i32>(end - start) - continuations;
  return true;
}

/** Copies a text, `""` turned into `"` where it is escaped, and every line end into LF. @returns the copy's end */
function copyText(start: usize, end: usize, isEscaped: bool, out: usize): usize {
  const quotes = i8x16.splat(0x22);
  const returns = i8x16.splat(0x0d);
  let p = start;
  let to = out;
  while (p < end) {
    let run = p;
    while (run + 16 <= end) {
      const bytes = v128.load(run);
      let mask = <u32>i8x16.bitmask(i8x16.eq(bytes, returns));
      if (isEscaped) mask |= <u32>i8x16.bitmask(i8x16.eq(bytes, quotes));
      if (mask != 0) {
        run += ctz(mask);
        break;
      }
      run += 16;
    }
    while (run < end) {
      const byte: u32 = load<u8>(run);
      if (byte == CR || (byte == QUOTE && isEscaped)) break;
      run++;
    }
    memory.copy(to, p, run - p);
    to += run - p;
    p = run;
    if (p >= end) break;
    if (load<u8>(p) == QUOTE) {
      store<u8>(to++, QUOTE);
      p += 2;
    } else {
      store<u8>(to++, LF);
      p += p + 1 < end && load<u8>(p + 1) == LF ? 2 : 1;
    }
  }
  return to;
}

function hasReturn(start: usize, end: usize): bool {
  const returns = i8x16.splat(0x0d);
  let p = start;
  for (; p + 16 <= end; p += 16) {
    if (v128.any_true(i8x16.eq(v128.load(p), returns))) return true;
  }
  for (; p < end; p++) if (load<u8>(p) == CR) return true;
  return false;
}

/**
 * Review texts: as they are, or as a copy at `arena` where quotes or line ends change; their code points. A text whose
 * form is not surely NFC, or that may be white space alone, makes the row odd.
 * @param arena has room for all the batch's bytes
 * @returns the end of what was copied
 */
export function cleanTexts(
  fields: usize,
  stride: u32,
  n: u32,
  starts: usize,
  lengths: usize,
  counts: usize,
  odd: usize,
  arena: usize,
): usize {
  let free = arena;
  for (let row: u32 = 0; row < n; row++, fields += stride, starts += 4, lengths += 4, counts += 4) {
    const field = load<u32>(fields, 4);
    if (field == 0) {
      store<i32>(lengths, -1);
      continue;
    }
    let start: usize = load<u32>(fields);
    let end = start + (field & ~ESCAPED);
    let first = start;
    while (first < end && isSpace(load<u8>(first))) first++;
    if (first == end) {
      store<i32>(lengths, -1);
      continue;
    }
    if ((load<u8>(first) >= 0x80 && !isSurelyVisible(first)) || !measure(start, end)) {
      store<u8>(odd + row, 1);
      continue;
    }
    const isEscaped = (field & ESCAPED) != 0;
    if (isEscaped || hasReturn(start, end)) {
      const copy = free;
      const before = <i32>(end - start);
      free = copyText(start, end, isEscaped, copy);
      characters -= before - <i32>(free - copy);
      start = copy;
      end = free;
    }
    store<u32>(starts, <u32>start);
    store<i32>(lengths, <i32>(end - start));
    store<i32>(counts, characters);
  }
  return free;
}

/** Whether the character that is not ASCII at `p` is surely no white space: an emoji, or a letter from U+00C0 to U+02FF. */
function isSurelyVisible(p: usize): bool {
  const lead: u32 = load<u8>(p);
  return lead >= 0xf0 || (lead >= 0xc3 && lead < 0xcc);
}
