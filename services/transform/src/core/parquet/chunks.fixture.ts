/** Row groups from rows, in every shape and place in which a writer must take them. */
import type { Column } from '@tastetrend/contracts';
import { kernels, Region } from '../kernels.ts';
import type { CodedTexts, ColumnChunk, RowGroup, Texts } from './types.ts';

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** `coded` columns have one dictionary for all row groups; in `kernels` every array is a view of the kernels' memory. */
export interface Form {
  readonly texts: 'plain' | 'coded';
  readonly memory: 'own' | 'kernels';
}

/** What stands in the place of a null: nothing that a writer may look at. */
const JUNK = { text: 'JUNK', code: 0x7fff_fff0, double: Number.NaN, int: -123_456_789, bit: 7 } as const;

/** Makes row groups of one file, and gives back the kernels' memory that they took. */
export class RowGroupMaker {
  readonly #columns: readonly Column[];
  readonly #form: Form;
  readonly #dictionaries = new Map<string, string[]>();
  readonly #regions: Region[] = [];

  constructor(columns: readonly Column[], form: Form) {
    this.#columns = columns;
    this.#form = form;
  }

  groupOf(rows: readonly Row[]): RowGroup {
    const made = this.#columns.map((column) => this.#chunkOf(column, rows));
    // All is allocated by now: views made from here on stay good.
    const columns = made.map(({ chunk, place }) => place(chunk));
    return { rowCount: rows.length, columns };
  }

  release(): void {
    for (const region of this.#regions.splice(0)) region.release();
  }

  #chunkOf(column: Column, rows: readonly Row[]) {
    const cells = rows.map((row) => row[column.name] ?? null);
    const nulls = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0));
    const nullCount = cells.filter((cell) => cell === null).length;
    const chunk: ColumnChunk = { column, values: this.#valuesOf(column, cells), nulls, nullCount };
    if (this.#form.memory === 'own') return { chunk, place: () => chunk };
    return { chunk, place: this.#placer(chunk) };
  }

  #valuesOf(column: Column, cells: readonly Cell[]): ColumnChunk['values'] {
    switch (column.type) {
      case 'string': {
        if (this.#form.texts === 'coded') return this.#codedTexts(column.name, cells);
        return textsOf(cells.map((cell) => (cell === null ? JUNK.text : String(cell))));
      }
      case 'boolean':
        return Uint8Array.from(cells, (cell) => (cell === null ? JUNK.bit : Number(cell)));
      case 'int32':
      case 'date':
        return Int32Array.from(cells, (cell) => (cell === null ? JUNK.int : Number(cell)));
      default:
        return Float64Array.from(cells, (cell) => (cell === null ? JUNK.double : Number(cell)));
    }
  }

  /** Entries that no row has, and, of every third text, one that stands in the dictionary twice. */
  #codedTexts(name: string, cells: readonly Cell[]): CodedTexts {
    const texts = this.#dictionaries.get(name) ?? ['no row has this'];
    this.#dictionaries.set(name, texts);
    const codes = Int32Array.from(cells, (cell, row) => {
      if (cell === null) return JUNK.code;
      const code = texts.indexOf(String(cell));
      if (code > 0 && !(code % 3 === 0 && row % 2 === 0)) return code;
      const again = texts.indexOf(String(cell), code + 1);
      return again > 0 ? again : texts.push(String(cell)) - 1;
    });
    texts.push(`nor this ${texts.length}`);
    return { codes, dictionary: textsOf(texts) };
  }

  #placer({ values, nulls }: ColumnChunk): (chunk: ColumnChunk) => ColumnChunk {
    const here = <T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(array: T): (() => T) => {
      const region = new Region(array.byteLength + 16);
      this.#regions.push(region);
      region.u8.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      const View = array.constructor as new (buffer: ArrayBuffer, start: number, length: number) => T;
      return () => new View(kernels.memory.buffer as ArrayBuffer, region.address, array.length);
    };
    const texts = ({ bytes, offsets }: Texts): (() => Texts) => {
      const [bytesHere, offsetsHere] = [here(bytes), here(offsets)];
      return () => ({ bytes: bytesHere(), offsets: offsetsHere() });
    };
    const nullsHere = here(nulls);
    let valuesHere: () => ColumnChunk['values'];
    if ('codes' in values) {
      const [codes, dictionary] = [here(values.codes), texts(values.dictionary)];
      valuesHere = () => ({ codes: codes(), dictionary: dictionary() });
    } else {
      valuesHere = 'offsets' in values ? texts(values) : here(values);
    }
    return (chunk) => ({ ...chunk, values: valuesHere(), nulls: nullsHere() });
  }
}

export function textsOf(texts: readonly string[]): Texts {
  const parts = texts.map((text) => Buffer.from(text, 'utf8'));
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = (offsets[i] as number) + part.length;
  });
  return { bytes: new Uint8Array(Buffer.concat(parts)), offsets };
}
