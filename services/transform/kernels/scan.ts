/**
 * Finds records and fields in delimited text, by RFC 4180, many rows a call. It takes whole records alone: at the first
 * one that breaks a rule, or whose end is not there yet, it stops and says why, and src/core/csv/records.ts decides.
 */
const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const QUOTE: u32 = 0x22;

/** Why a scan stopped: the values of STOP in records.ts. */
const MORE: u32 = 0;
const FULL: u32 = 1;
const QUOTE_IN_UNQUOTED_FIELD: u32 = 2;
const TEXT_AFTER_CLOSING_QUOTE: u32 = 3;
const QUOTE_NOT_CLOSED: u32 = 4;
const ROW_TOO_LONG: u32 = 5;
const WHOLE: u32 = 6;

/** Set in a field's length where the field holds an escaped quote. */
const ESCAPED: u32 = 0x80000000;

/** Bytes of a row's entry in `records`: start, end, line, field count, flags, each 32 bits. */
const RECORD_BYTES: usize = 20;
const NOT_ASCII: u32 = 1;
const FIELD_TOO_LONG: u32 = 2;

/** What `readRecord` found out about the record: its end, the place behind its line end, line ends within, and so on. */
let recordEnd: usize = 0;
let nextRecord: usize = 0;
let breaksWithin: u32 = 0;
let hasReturn: bool = false;
let fieldCount: u32 = 0;
let flags: u32 = 0;

/** What a scan says beside its rows: where it stopped, why, the line there, blank lines passed. */
const said = memory.data(16);

/** Address of the four words that the last scan left. */
export function scanSaid(): usize {
  return said;
}

/** Lines that end in [start, end): LF, CRLF or a lone CR each. */
export function lineBreaks(start: usize, end: usize): u32 {
  let count: u32 = 0;
  for (let p = start; p < end; p++) {
    const byte: u32 = load<u8>(p);
    if (byte == LF || (byte == CR && (p + 1 >= end || <u32>load<u8>(p + 1) != LF))) count++;
  }
  return count;
}

/**
 * Reads the record at `start`; where it breaks a rule, `nextRecord` is the place where.
 * @returns WHOLE, or why it is no record
 */
function readRecord(
  start: usize,
  to: usize,
  isEnd: bool,
  delimiter: u32,
  columnCount: u32,
  fieldBytesMax: u32,
  fields: usize,
): u32 {
  const quotes = i8x16.splat(0x22);
  const lineFeeds = i8x16.splat(0x0a);
  const returns = i8x16.splat(0x0d);
  const delimiters = i8x16.splat(<i8>delimiter);
  let seen: u32 = 0;
  let seen16 = i64x2.splat(0);
  let breaks: u32 = 0;
  let p = start;
  let out = fields;
  hasReturn = false;
  fieldCount = 0;
  flags = 0;
  while (true) {
    let valueStart = p;
    let length: u32 = 0;
    let byte: u32 = p < to ? <u32>load<u8>(p) : 0;
    if (p < to && byte == QUOTE) {
      valueStart = ++p;
      let escaped: u32 = 0;
      while (true) {
        let isFound = false;
        while (p + 16 <= to) {
          const bytes = v128.load(p);
          const mask = <u32>i8x16.bitmask(i8x16.eq(bytes, quotes));
          const feeds = <u32>i8x16.bitmask(i8x16.eq(bytes, lineFeeds));
          const carriage = <u32>i8x16.bitmask(i8x16.eq(bytes, returns));
          if (mask == 0) {
            seen16 = v128.or(seen16, bytes);
            breaks += popcnt(feeds);
            if (carriage != 0) hasReturn = true;
            p += 16;
            continue;
          }
          const at = ctz(mask);
          // Only what stands before the quote is the field's.
          if ((<u32>i8x16.bitmask(bytes) & ((1 << at) - 1)) != 0) seen |= 0x80;
          breaks += popcnt(feeds & ((1 << at) - 1));
          if ((carriage & ((1 << at) - 1)) != 0) hasReturn = true;
          p += at;
          isFound = true;
          break;
        }
        while (!isFound && p < to) {
          byte = <u32>load<u8>(p);
          if (byte == QUOTE) break;
          seen |= byte;
          if (byte == LF) breaks++;
          else if (byte == CR) hasReturn = true;
          p++;
        }
        nextRecord = p;
        if (p >= to) return isEnd ? QUOTE_NOT_CLOSED : MORE;
        // At a quote: the field's end, or the first of two that stand for one.
        if (p + 1 < to && <u32>load<u8>(p + 1) == QUOTE) {
          escaped = ESCAPED;
          p += 2;
          continue;
        }
        if (p + 1 >= to && !isEnd) return MORE;
        break;
      }
      length = <u32>(p - valueStart);
      if (length > fieldBytesMax) flags |= FIELD_TOO_LONG;
      length |= escaped;
      p++;
      byte = p < to ? <u32>load<u8>(p) : LF;
      nextRecord = p;
      if (byte != delimiter && byte != LF && byte != CR) return TEXT_AFTER_CLOSING_QUOTE;
    } else {
      let isFound = false;
      while (p + 16 <= to) {
        const bytes = v128.load(p);
        const ends = v128.or(
          v128.or(i8x16.eq(bytes, delimiters), i8x16.eq(bytes, quotes)),
          v128.or(i8x16.eq(bytes, lineFeeds), i8x16.eq(bytes, returns)),
        );
        const mask = <u32>i8x16.bitmask(ends);
        const high = <u32>i8x16.bitmask(bytes);
        if (mask != 0) {
          const at = ctz(mask);
          if ((high & ((1 << at) - 1)) != 0) seen |= 0x80;
          p += at;
          byte = <u32>load<u8>(p);
          isFound = true;
          break;
        }
        if (high != 0) seen |= 0x80;
        p += 16;
      }
      while (!isFound && p < to) {
        byte = <u32>load<u8>(p);
        if (byte == delimiter || byte == LF || byte == CR || byte == QUOTE) break;
        seen |= byte;
        p++;
      }
      nextRecord = p;
      if (p >= to) {
        if (!isEnd) return MORE;
        byte = LF;
      } else if (byte == QUOTE) {
        return QUOTE_IN_UNQUOTED_FIELD;
      }
      length = <u32>(p - valueStart);
      if (length > fieldBytesMax) flags |= FIELD_TOO_LONG;
    }
    if (fieldCount < columnCount) {
      store<u32>(out, <u32>valueStart);
      store<u32>(out, length, 4);
      out += 8;
    }
    fieldCount++;
    if (p >= to || byte != delimiter) break;
    p++;
  }
  // A CR at the end of what is there may be the first half of a CRLF.
  const isReturn = p < to && <u32>load<u8>(p) == CR;
  if (isReturn && p + 1 >= to && !isEnd) return MORE;
  recordEnd = p;
  nextRecord = p + (p >= to ? 0 : isReturn && p + 1 < to && <u32>load<u8>(p + 1) == LF ? 2 : 1);
  breaksWithin = breaks;
  if (seen > 0x7f || i8x16.bitmask(seen16) != 0) flags |= NOT_ASCII;
  return WHOLE;
}

/**
 * Reads records of [from, to). Field i of row r is two words at `fields` + (r × columnCount + i) × 8: its address, and its
 * length. A row with fewer fields has empty ones in their place; of one with more, the first are kept.
 * @param isEnd whether the file ends at `to`
 * @returns how many rows were read
 */
export function scan(
  from: usize,
  to: usize,
  isEnd: bool,
  firstLine: u32,
  delimiter: u32,
  columnCount: u32,
  rowBytesMax: u32,
  fieldBytesMax: u32,
  fields: usize,
  records: usize,
  rowsMax: u32,
): u32 {
  const fieldsBytes = <usize>columnCount * 8;
  let line = firstLine;
  let blanks: u32 = 0;
  let rows: u32 = 0;
  let start = from;
  let stop = MORE;
  let field = fields;
  let record = records;
  while (start < to) {
    if (rows == rowsMax) {
      stop = FULL;
      break;
    }
    stop = readRecord(start, to, isEnd, delimiter, columnCount, fieldBytesMax, field);
    if (stop != WHOLE) {
      // What lies beyond the row limit is not looked at, so that the answer does not depend on how the bytes were cut.
      if (stop != MORE && <u32>(nextRecord - start) > rowBytesMax) stop = ROW_TOO_LONG;
      break;
    }
    const end = recordEnd;
    if (<u32>(end - start) > rowBytesMax) {
      stop = ROW_TOO_LONG;
      break;
    }
    stop = MORE;
    if (end == start) {
      blanks++;
      line++;
      start = nextRecord;
      continue;
    }
    if (fieldCount < columnCount) memory.fill(field + fieldCount * 8, 0, (columnCount - fieldCount) * 8);
    store<u32>(record, <u32>start);
    store<u32>(record, <u32>end, 4);
    store<u32>(record, line, 8);
    store<u32>(record, fieldCount, 12);
    store<u32>(record, flags, 16);
    record += RECORD_BYTES;
    field += fieldsBytes;
    rows++;
    line += (hasReturn ? lineBreaks(start, end) : breaksWithin) + (end < to ? 1 : 0);
    start = nextRecord;
  }
  store<u32>(said, <u32>start);
  store<u32>(said, stop, 4);
  store<u32>(said, line, 8);
  store<u32>(said, blanks, 12);
  return rows;
}

/** Address of the first LF or CR in [from, to); `to` where there is none. */
export function lineEnd(from: usize, to: usize): usize {
  let p = from;
  while (p < to) {
    const byte: u32 = load<u8>(p);
    if (byte == LF || byte == CR) break;
    p++;
  }
  return p;
}

/** Lines, ended by LF, that hold a byte beyond ASCII. */
export function linesBeyondAscii(start: usize, length: u32): u32 {
  const lineFeeds = i8x16.splat(0x0a);
  const end = start + length;
  let count: u32 = 0;
  let isBeyond: u32 = 0;
  let p = start;
  for (; p + 16 <= end; p += 16) {
    const bytes = v128.load(p);
    let high = <u32>i8x16.bitmask(bytes);
    let feeds = <u32>i8x16.bitmask(i8x16.eq(bytes, lineFeeds));
    while (feeds != 0) {
      const before = (feeds & -feeds) - 1;
      count += isBeyond | ((high & before) != 0 ? 1 : 0);
      isBeyond = 0;
      high &= ~before;
      feeds &= feeds - 1;
    }
    if (high != 0) isBeyond = 1;
  }
  for (; p < end; p++) {
    const byte: u32 = load<u8>(p);
    if (byte == LF) {
      count += isBeyond;
      isBeyond = 0;
    } else if (byte > 0x7f) {
      isBeyond = 1;
    }
  }
  return count + isBeyond;
}
