/** Why a whole file is refused, in words for the person who uploaded it. Data that is wrong is returned, never thrown. */
import type { Rejection } from '@tastetrend/contracts';
import { limitOf } from '@tastetrend/contracts';

const number = (value: number) => value.toLocaleString('en-US');

export const REJECTIONS = {
  empty_file: () => 'The file is empty. Export it again and check that it has rows before you upload it.',
  excel_workbook: () =>
    'This is an Excel workbook, not a text file. In Excel, choose "Save as" and "CSV UTF-8", and upload that.',
  pdf_document: () => 'This is a PDF document, not a table. Export the reviews as CSV and upload that.',
  broken_compression: () =>
    'This file is compressed, and what is in it is broken or cut short. Compress it again, or upload it as it is.',
  unpacks_to_too_much: () =>
    `This file is compressed, and unpacks to more than ${number(limitOf('decompressed_bytes_max'))} bytes, or to over ` +
    `${number(limitOf('decompression_ratio_max'))} times its size. Split it into several files and upload those.`,
  json_array: () => 'This file is one JSON array. Write it as JSON Lines, one object a line, and upload that.',
  header_unreadable: () =>
    'The first line could not be read as column names: its quotes do not match, or it is not in the encoding UTF-8. ' +
    'Save the file as "CSV UTF-8" and upload that.',
  no_known_column: () =>
    'No column in the first line has a name that we know, such as review_id, date, rating or review_text. ' +
    'Check that the first line holds the column names, and see docs/data-contract.md for the names we read.',
  too_many_columns: () =>
    `The first line has more than ${number(limitOf('columns_max'))} columns. Check that the file is separated by commas.`,
  header_too_long: () =>
    `The first line is longer than ${number(limitOf('header_bytes_max'))} bytes. Check that it holds column names and that the quotes in it match.`,
  too_many_rows: () =>
    `The file has more than ${number(limitOf('rows_max'))} rows. Split it into several files and upload those.`,
  file_too_large: () =>
    `The file has more than ${number(limitOf('file_bytes_max'))} bytes. Split it into several files and upload those.`,
  key_too_long: () =>
    `The name of the file and its folders is longer than ${number(limitOf('raw_key_bytes_max'))} bytes. Give it a shorter name.`,
} as const satisfies Record<string, () => string>;

export type RejectionRule = keyof typeof REJECTIONS;

export function rejectionOf(rule: RejectionRule, line: number | null = null): Rejection {
  return { rule, message: REJECTIONS[rule](), line };
}
