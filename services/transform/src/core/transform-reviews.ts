/** A file of reviews: learn what it is, find what repeats what, write every row where it belongs. */
import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Inference, limitOf } from '@tastetrend/contracts';
import { type CleanReview, ReviewCleaner } from './clean-review.ts';
import { fieldIndex, type MappedColumn, mapColumns, REVIEW_SYNONYMS, type ReviewField } from './columns.ts';
import { Evidence, type FileReading } from './evidence.ts';
import { GroupTally } from './group-tally.ts';
import { type Recovery, RowIndex, VERDICT } from './index/row-index.ts';
import { WrittenUids } from './index/written-uids.ts';
import { kernels } from './kernels.ts';
import type { CountedCell } from './lexicon.ts';
import { assertRowsWithinLimit, type FileContext, type Outputs } from './outputs.ts';
import type { ProfileBuilder } from './profile-builder.ts';
import { Progress } from './progress.ts';
import { decodeOf, type FileHead, RowParser, readBatches, wholeHead } from './read-rows.ts';
import { ReviewTable } from './review-table.ts';
import { type InternedField, ReviewVectors } from './review-vectors.ts';
import { RowBatch } from './row-batch.ts';
import { encodingByCount } from './source/text.ts';

/** What `derive` in kernels/table.ts says that it did with a row. */
const DERIVED = [
  [1, 'total_spent_filled'],
  [2, 'tip_percentage_filled'],
  [4, 'tip_percentage_capped'],
] as const;

export async function transformReviews(
  head: FileHead,
  context: FileContext,
  outputs: Outputs,
): Promise<Pick<Inference, 'columns' | 'rating_scale' | 'date_orders' | 'encoding' | 'delimiter'>> {
  const progress = new Progress(await textBytesOf(head), context.onProgress);
  const learned = await learn(head, outputs.directory, progress);
  try {
    await writeRows(context, outputs, learned, progress);
  } finally {
    learned.vectors.release();
    learned.index.release();
  }
  const { columns, evidence, encoding } = learned;
  const mapped = columns.map(({ header, field, by }) => ({ header, column: field, by }));
  return { columns: mapped, ...evidence.inference(), encoding, delimiter: delimiterOf(learned) };
}

/** The header chose the delimiter; the rows agree with it or do not. */
function delimiterOf({ head, index, raggedRows }: Learned): Inference['delimiter'] {
  const { delimiter } = head.inferred;
  const rows = index.size + raggedRows;
  if (delimiter === null || rows === 0) return delimiter;
  return {
    ...delimiter,
    evidence: `${delimiter.evidence}; ${index.size} of ${rows} rows have as many fields`,
    ambiguous: delimiter.ambiguous || raggedRows > index.size,
  };
}

/** Packed text is taken to be five times as long. */
const PACKED_RATIO = 5;

/** About how long the text is. */
async function textBytesOf({ source }: FileHead): Promise<number> {
  const { size } = await stat(source.path);
  return source.compression === 'none' ? size : size * PACKED_RATIO;
}

interface Learned {
  readonly head: FileHead;
  readonly columns: readonly MappedColumn<ReviewField>[];
  readonly evidence: Evidence;
  readonly vectors: ReviewVectors;
  readonly index: RowIndex;
  readonly ratings: { uploaded: number; readable: number; out_of_scale: number };
  readonly dates: { uploaded: number; readable: number };
  /** Rows with another number of fields than the header. */
  raggedRows: number;
  /** Bytes of the text. */
  bytes: number;
  encoding: Inference['encoding'];
}

/**
 * What the file is and which of its rows repeat which. The rows are read as a file without evidence would be, while the
 * evidence is gathered; only where it says otherwise are they read again, by what it says.
 */
async function learn(firstHead: FileHead, directory: string, progress: Progress): Promise<Learned> {
  let head = firstHead;
  let reading: FileReading | undefined;
  while (true) {
    const learned = newLearned(head, reading, directory);
    const { evidence, vectors, index } = learned;
    let isKept = false;
    try {
      await readOnce(learned, progress);
      const isReadRight = isDeepStrictEqual(evidence.reading(), vectors.cleaner.reading);
      const isDecodedRight = learned.encoding.value === head.source.encoding;
      if (isReadRight && isDecodedRight) {
        resolve(head, vectors.cleaner, index);
        progress.learned(learned.bytes);
        isKept = true;
        return learned;
      }
      reading = evidence.reading();
      if (!isDecodedRight) {
        head = await settled(head);
        reading = undefined;
      }
    } finally {
      if (!isKept) {
        vectors.release();
        index.release();
      }
    }
  }
}

/** The head by all lines of the file; where that says nothing else, the head as it was, and no longer open. */
async function settled(head: FileHead): Promise<FileHead> {
  const whole = await wholeHead(head);
  const { isEncodingOpen, ...closed } = head;
  return 'rule' in whole || whole.kind !== head.kind ? closed : whole;
}

function newLearned(head: FileHead, reading: FileReading | undefined, directory: string): Learned {
  const columns = mapColumns(head.headers, REVIEW_SYNONYMS);
  const at = fieldIndex(columns);
  const headerOf = (field: 'review_id' | 'rating') =>
    at[field] === undefined ? undefined : columns[at[field]]?.header;
  const evidence = new Evidence(headerOf('rating'));
  const cleaner = new ReviewCleaner(columns, reading ?? evidence.reading());
  const rowsMax = RowBatch.rowsMaxOf(head.headers.length);
  return {
    head,
    columns,
    evidence,
    vectors: new ReviewVectors(cleaner, rowsMax, headerOf('review_id'), decodeOf(head.source)),
    index: new RowIndex({ directory, recoveredBytesMax: limitOf('recovered_bytes_max') }),
    ratings: { uploaded: 0, readable: 0, out_of_scale: 0 },
    dates: { uploaded: 0, readable: 0 },
    raggedRows: 0,
    bytes: 0,
    encoding: head.inferred.encoding,
  };
}

function resolve(head: FileHead, cleaner: ReviewCleaner, index: RowIndex): void {
  const parser = new RowParser(head);
  try {
    index.resolve((raw) => recoveryOf(cleaner.clean(parser.cells(raw))));
  } finally {
    parser.release();
  }
}

async function readOnce(learned: Learned, progress: Progress): Promise<void> {
  const { head, evidence, vectors, index, ratings, dates } = learned;
  const visitors: Partial<Record<InternedField, (cell: CountedCell) => void>> = {
    rating({ cell, count, isNull, number, secondNumber }) {
      evidence.addRating(cell, count);
      const isReadable = !isNull && !Number.isNaN(secondNumber);
      if (!isNull) ratings.uploaded += count;
      if (isReadable) ratings.readable += count;
      if (isReadable && Number.isNaN(number)) ratings.out_of_scale += count;
    },
    review_date({ cell, count, isNull, number }) {
      evidence.addDate(cell, count);
      if (!isNull) dates.uploaded += count;
      if (!Number.isNaN(number)) dates.readable += count;
    },
  };
  let rows = 0;
  let utf8 = 0;
  let other = 0;
  await readBatches(head, {
    rows(batch) {
      const first = index.size;
      rows += batch.rowCount;
      assertRowsWithinLimit(rows);
      vectors.read(batch);
      vectors.print();
      offerSuffixed(batch, first, learned);
      index.add({
        count: batch.rowCount,
        ids: vectors.lane('idPrints'),
        visits: vectors.lane('visitPrints'),
        rows: vectors.lane('rowPrints'),
        uids: vectors.lane('uidPrints'),
        lines: vectors.lane('lines'),
        flags: vectors.lane('flags'),
      });
      vectors.forget(visitors);
    },
    quarantined({ part, reason }) {
      if (reason === 'wrong_field_count') learned.raggedRows += 1;
      if (part === undefined || part === 1) assertRowsWithinLimit(++rows);
    },
    blank: () => {},
    beyondAscii(moreUtf8, moreOther) {
      utf8 += moreUtf8;
      other += moreOther;
    },
    async flush(bytesRead) {
      learned.bytes = bytesRead;
      progress.at('learning', bytesRead);
    },
  });
  if (head.isEncodingOpen) learned.encoding = encodingByCount('rows', utf8, other);
  for (const [field, visitor] of Object.entries(visitors)) vectors.lexicons[field as InternedField].visit(visitor);
}

/** Rows with a suffix have something to give, should they be copies: as they were uploaded, until it is known. */
function offerSuffixed(batch: RowBatch, first: number, { vectors, index }: Learned): void {
  const suffixed = vectors.u8('suffixed').slice(0, batch.rowCount);
  suffixed.forEach((isSuffixed, row) => {
    if (isSuffixed === 1) index.offer(first + row, vectors.has(row), batch.raw(row));
  });
}

/** A rating that says nothing is none to give. */
function recoveryOf({ customerName, rating, ratingRaw, totalSpent, text, location, restaurantName }: CleanReview) {
  const recovery: Recovery = {};
  if (customerName !== null) recovery.customerName = customerName;
  if (rating !== null && ratingRaw !== null) recovery.ratingRaw = ratingRaw;
  if (totalSpent !== null) recovery.totalSpent = totalSpent;
  if (text !== null) recovery.text = text;
  if (location !== null) recovery.location = location;
  if (restaurantName !== null) recovery.restaurantName = restaurantName;
  return recovery;
}

async function writeRows(context: FileContext, outputs: Outputs, learned: Learned, progress: Progress): Promise<void> {
  const { head, vectors, index, ratings, dates } = learned;
  const { profile } = outputs;
  const { sourceFile, sourceVersion, uploadedAt } = context;
  const table = new ReviewTable(vectors, { sourceFile, sourceVersion, uploadedAtMs: Date.parse(uploadedAt) });
  const tally = new GroupTally();
  const written = new WrittenUids(outputs.directory);
  const texts = vectors.textCount;
  const keptRatings = new Map<number, number>();
  let firstDays = Number.POSITIVE_INFINITY;
  let lastDays = Number.NEGATIVE_INFINITY;
  let idConflictRows = 0;
  let quarantined = 0;
  let row = 0;
  const visitors = {
    rating({ kept, number }: CountedCell) {
      if (kept === 0 || Number.isNaN(number)) return;
      const hundredths = Math.round(number * 100);
      keptRatings.set(hundredths, (keptRatings.get(hundredths) ?? 0) + kept);
    },
    review_date({ kept, number }: CountedCell) {
      if (kept === 0 || Number.isNaN(number)) return;
      firstDays = Math.min(firstDays, number);
      lastDays = Math.max(lastDays, number);
    },
  };
  const flush = async (isEnd: boolean) => {
    if (table.rowCount > 0 && (isEnd || table.isFull)) {
      await outputs.writeRowGroup(table.rowGroup());
      table.clear();
    }
    if (table.rowCount === 0) vectors.forget(visitors);
  };
  for (const line of index.refusedLines()) profile.rule('copy_not_held', line);
  try {
    await readBatches(head, {
      rows(batch) {
        const n = batch.rowCount;
        vectors.read(batch);
        const verdicts = index.verdicts(row, n);
        const uids = index.uids(row, n);
        noteRules(vectors, profile);
        const count = kernels.pickRows(verdicts, n, VERDICT.accepted, vectors.lane('rows'));
        if (count < n) {
          const others = setDuplicatesAside(batch, row, learned, outputs);
          tally.count(vectors, vectors.lane('otherRows'), others, false);
        }
        for (const special of specialRows(verdicts, n)) {
          const ordinal = index.uidOrdinal(row + special);
          if (ordinal > 0) vectors.nextUid(uids + special * 16, ordinal);
          const recovery = index.recovery(row + special);
          if (recovery !== undefined) recover(vectors, special, recovery, profile);
        }
        const rows = vectors.lane('rows');
        if (kernels.derive(vectors.address, vectors.rowsMax, rows, count) > 0) noteDerived(vectors, count, profile);
        const { rating, review_date } = vectors.lexicons;
        written.add(rows, count, uids);
        table.append({ vectors, rows, count, verdicts, uids, extra: extraOf(vectors, batch, verdicts) });
        tally.count(vectors, rows, count, true);
        kernels.countCodes(rows, count, vectors.codes('rating'), rating.addresses.keptCounts);
        kernels.countCodes(rows, count, vectors.codes('review_date'), review_date.addresses.keptCounts);
        idConflictRows += countBit(verdicts, n, VERDICT.idConflict);
        profile.accepted(count);
        row += n;
      },
      quarantined(broken) {
        if (broken.part === undefined || broken.part === 1) quarantined += 1;
        outputs.quarantined(broken);
      },
      blank: (count) => profile.blank(count),
      async flush(bytesRead) {
        progress.at('writing', bytesRead);
        await flush(false);
      },
    });
    if (row !== index.size) {
      throw new Error(`the file had ${index.size} rows at first reading and ${row} at the second`);
    }
    written.assertUnique();
    await flush(true);
    vectors.lexicons.rating.visit(visitors.rating);
    vectors.lexicons.review_date.visit(visitors.review_date);
    profile.table(table.nulls);
    profile.reviews({
      readability: { ratings, dates, texts: { uploaded: texts, readable: texts } },
      ratings: keptRatings,
      reviewDays: firstDays <= lastDays ? { first: firstDays, last: lastDays } : null,
      groups: tally.counts(quarantined),
      idConflictRows,
    });
  } finally {
    table.release();
    tally.release();
    written.release();
  }
}

function bytesAt(address: number, count: number): Uint8Array {
  return new Uint8Array(kernels.memory.buffer, address, count);
}

function countBit(flags: number, n: number, bit: number): number {
  let count = 0;
  for (const flag of bytesAt(flags, n)) count += (flag & bit) === 0 ? 0 : 1;
  return count;
}

/** What the rules did or refused in the rows as they were uploaded. */
function noteRules(vectors: ReviewVectors, profile: ProfileBuilder): void {
  const odd = vectors.u8('odd');
  const prefixed = vectors.u8('prefixed');
  const suffixed = vectors.u8('suffixed');
  const lines = vectors.i32('lines');
  for (let row = 0; row < vectors.rowCount; row++) {
    if (odd[row] === 1) {
      for (const rule of vectors.odd.get(row)?.applied ?? []) profile.rule(rule, lines[row] as number);
      continue;
    }
    if (suffixed[row] === 1) profile.rule('id_suffix_removed', lines[row] as number);
    if (prefixed[row] === 1) profile.rule('customer_prefix_removed', lines[row] as number);
  }
}

function noteDerived(vectors: ReviewVectors, count: number, profile: ProfileBuilder): void {
  const rows = vectors.i32('rows');
  const derived = vectors.u8('derived');
  const lines = vectors.i32('lines');
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    const done = derived[row] as number;
    if (done === 0) continue;
    for (const [bit, rule] of DERIVED) if ((done & bit) !== 0) profile.rule(rule, lines[row] as number);
  }
}

/** @returns how many rows of the batch are duplicates; their numbers are in the lane of other rows */
function setDuplicatesAside(batch: RowBatch, first: number, { vectors, index }: Learned, outputs: Outputs): number {
  let count = 0;
  for (let row = 0; row < batch.rowCount; row++) {
    if (index.isAccepted(first + row)) continue;
    vectors.i32('otherRows')[count] = row;
    count += 1;
    const rule = index.isCopy(first + row) ? 'copy' : 'exact';
    const line = batch.line(row);
    outputs.profile.duplicate(rule, line);
    const place = { line, byteOffset: batch.byteOffset(row), raw: () => batch.raw(row) };
    outputs.duplicate(place, rule, index.repeatsLine(first + row), vectors.text('id', row));
  }
  return count;
}

/** Kept rows that take something over from a copy, or that share a review_uid with rows before them. */
function specialRows(verdicts: number, n: number): number[] {
  const special = VERDICT.recovery | VERDICT.ordinal;
  const rows: number[] = [];
  bytesAt(verdicts, n).forEach((verdict, row) => {
    if ((verdict & special) !== 0) rows.push(row);
  });
  return rows;
}

/** What a kept row lacks and a copy of it has, it takes over. */
function recover(vectors: ReviewVectors, row: number, recovery: Recovery, profile: ProfileBuilder): void {
  const { customerName, ratingRaw, totalSpent, text, location, restaurantName } = recovery;
  if (customerName !== undefined && vectors.text('name', row) === null) {
    vectors.setText('name', row, customerName);
    profile.recovered('customer_name');
  }
  if (totalSpent !== undefined && vectors.u8('hasTotal')[row] === 0) {
    vectors.setNumber('total', row, totalSpent);
    profile.recovered('total_spent');
  }
  if (text !== undefined && vectors.text('text', row) === null) {
    vectors.setText('text', row, text);
    profile.recovered('review_text');
  }
  const cells = { rating: ratingRaw, location, restaurant_name: restaurantName };
  for (const [field, cell] of Object.entries(cells) as [keyof typeof cells, string | undefined][]) {
    if (cell === undefined || !vectors.isNull(field, row)) continue;
    vectors.setCell(field, row, cell);
    profile.recovered(field);
  }
}

/** What the table has no column for, of kept rows that have any, as JSON. */
function extraOf(vectors: ReviewVectors, batch: RowBatch, verdicts: number): Map<number, string> {
  const extra = new Map<number, string>();
  const flags = bytesAt(verdicts, vectors.rowCount);
  const odd = vectors.u8('odd');
  const suffixed = vectors.u8('suffixed');
  for (let row = 0; row < vectors.rowCount; row++) {
    if ((odd[row] === 0 && suffixed[row] === 0) || ((flags[row] as number) & VERDICT.accepted) === 0) continue;
    const kept = odd[row] === 1 ? (vectors.odd.get(row)?.extra ?? []) : vectors.suffixedExtra(batch, row);
    if (kept.length > 0) extra.set(row, JSON.stringify(Object.fromEntries(kept)));
  }
  return extra;
}
