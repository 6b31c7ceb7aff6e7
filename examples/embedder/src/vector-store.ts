/**
 * Vectors, the chunks that refer to them, and how far each source was taken: one SQLite file, so that one transaction
 * covers all three. The vectors lie in a vec0 table of sqlite-vec.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { ChunkChange, ChunksReadyDetail, ReviewChunk } from '@tastetrend/contracts';
import * as sqliteVec from 'sqlite-vec';

/** As many as S3 Vectors takes in a PutVectors, so that it can take this store's place. */
const PUT_VECTORS_MAX = 500;

/** A store holds the vectors of one embedder: others do not compare. */
class OtherEmbedderError extends Error {
  override readonly name = 'OtherEmbedderError';
}

export interface EmbeddedText {
  readonly vectorId: string;
  readonly text: string;
  readonly vector: Float32Array;
}

export interface FoundText {
  readonly text: string;
  /** Cosine of the angle to the question: 1 is the same direction. */
  readonly similarity: number;
  /** Each review that says it, once for each file that has it. */
  readonly reviews: readonly { readonly reviewUid: string; readonly metadata: ReviewChunk['metadata'] }[];
}

export type HandOverPlace = Pick<ChunksReadyDetail, 'source_id' | 'chain_id' | 'sequence'>;

type Reference = Pick<ReviewChunk, 'chunk_id' | 'vector_id' | 'review_uid' | 'position' | 'metadata'>;

const TABLES = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sources (source_id TEXT PRIMARY KEY, chain_id TEXT NOT NULL, sequence INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS texts (vector_id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS chunks (
    chunk_id TEXT PRIMARY KEY, source_id TEXT NOT NULL, vector_id TEXT NOT NULL, review_uid TEXT NOT NULL,
    position INTEGER NOT NULL, metadata TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS chunks_by_vector ON chunks (vector_id);
  CREATE INDEX IF NOT EXISTS chunks_by_source ON chunks (source_id);
  CREATE TEMP TABLE touched (vector_id TEXT PRIMARY KEY) STRICT;
  CREATE TEMP TABLE named (chunk_id TEXT PRIMARY KEY) STRICT;
`;

export class VectorStore {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param path a file, made when it is not there; `:memory:` for none
   * @throws OtherEmbedderError when the file holds another embedder's vectors
   */
  constructor(path: string, embedder: { readonly name: string; readonly dimensions: number }) {
    this.#db = new DatabaseSync(path, { allowExtension: true });
    sqliteVec.load(this.#db);
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000');
    this.#db.exec(TABLES);
    this.#db.exec(
      `CREATE VIRTUAL TABLE IF NOT EXISTS vectors USING vec0(
        vector_id TEXT PRIMARY KEY, embedding FLOAT[${embedder.dimensions}] distance_metric=cosine)`,
    );
    this.#run("INSERT OR IGNORE INTO settings VALUES ('embedder', ?)", embedder.name);
    const { value } = this.#get("SELECT value FROM settings WHERE name = 'embedder'") as { value: string };
    if (value === embedder.name) return;
    this.close();
    throw new OtherEmbedderError(`${path} holds vectors of ${value}, and not of ${embedder.name}: name another file`);
  }

  /** The hand-over that a source was taken to. */
  taken(sourceId: string): HandOverPlace | undefined {
    const row = this.#get('SELECT chain_id, sequence FROM sources WHERE source_id = ?', sourceId);
    if (row === undefined) return undefined;
    const { chain_id, sequence } = row as { chain_id: string; sequence: number };
    return { source_id: sourceId, chain_id, sequence };
  }

  hasVector(vectorId: string): boolean {
    return this.#get('SELECT 1 FROM texts WHERE vector_id = ?', vectorId) !== undefined;
  }

  /** Keeps vectors, each once. Nothing refers to them yet, so that no search finds them. */
  putVectors(embedded: readonly EmbeddedText[]): void {
    if (embedded.length > PUT_VECTORS_MAX) throw new RangeError(`${embedded.length} vectors, over ${PUT_VECTORS_MAX}`);
    this.#transaction(() => {
      for (const { vectorId, text, vector } of embedded) {
        if (this.hasVector(vectorId)) continue;
        this.#run('INSERT INTO texts VALUES (?, ?)', vectorId, text);
        const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
        this.#run('INSERT INTO vectors (vector_id, embedding) VALUES (?, ?)', vectorId, bytes);
      }
    });
  }

  /** Makes the changes and notes the hand-over, in one transaction; then drops the texts that nothing refers to. */
  async applyChanges(place: HandOverPlace, changes: AsyncIterable<ChunkChange>): Promise<void> {
    await this.#handOver(place, async () => {
      for await (const change of changes) {
        if (change.op === 'tombstone') this.#removeChunk(change.chunk_id);
        else this.#putChunk(place.source_id, change);
      }
    });
  }

  /** As `applyChanges`, but all that the source has is named: what is not named is gone. */
  async replaceAll(place: HandOverPlace, chunks: AsyncIterable<Reference>): Promise<void> {
    await this.#handOver(place, async () => {
      this.#run('DELETE FROM named');
      for await (const chunk of chunks) {
        this.#run('INSERT OR IGNORE INTO named VALUES (?)', chunk.chunk_id);
        this.#putChunk(place.source_id, chunk);
      }
      const gone = 'source_id = ? AND chunk_id NOT IN (SELECT chunk_id FROM named)';
      this.#run(`INSERT OR IGNORE INTO touched SELECT vector_id FROM chunks WHERE ${gone}`, place.source_id);
      this.#run(`DELETE FROM chunks WHERE ${gone}`, place.source_id);
    });
  }

  /** The texts nearest to a vector, each once, however many reviews and files say it. */
  search(vector: Float32Array, count: number): FoundText[] {
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    const nearest = this.#statement(
      'SELECT vector_id, distance FROM vectors WHERE embedding MATCH ? AND k = ? ORDER BY distance',
    ).all(bytes, count) as { vector_id: string; distance: number }[];
    return nearest.flatMap(({ vector_id, distance }) => {
      const { text } = this.#get('SELECT text FROM texts WHERE vector_id = ?', vector_id) as { text: string };
      const references = this.#statement(
        'SELECT review_uid, metadata FROM chunks WHERE vector_id = ? ORDER BY review_uid, chunk_id',
      ).all(vector_id) as { review_uid: string; metadata: string }[];
      const reviews = references.map((one) => ({
        reviewUid: one.review_uid,
        metadata: JSON.parse(one.metadata) as ReviewChunk['metadata'],
      }));
      return reviews.length === 0 ? [] : [{ text, similarity: 1 - distance, reviews }];
    });
  }

  counts(): { readonly chunks: number; readonly texts: number; readonly sources: number } {
    const countOf = (table: string) => (this.#get(`SELECT count(*) AS n FROM ${table}`) as { n: number }).n;
    return { chunks: countOf('chunks'), texts: countOf('texts'), sources: countOf('sources') };
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  async #handOver(place: HandOverPlace, change: () => Promise<void>): Promise<void> {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      await change();
      this.#run(
        'INSERT OR REPLACE INTO sources (source_id, chain_id, sequence) VALUES (?, ?, ?)',
        place.source_id,
        place.chain_id,
        place.sequence,
      );
      const unused = 'vector_id IN (SELECT vector_id FROM touched EXCEPT SELECT vector_id FROM chunks)';
      this.#run(`DELETE FROM vectors WHERE ${unused}`);
      this.#run(`DELETE FROM texts WHERE ${unused}`);
      this.#run('DELETE FROM touched');
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #putChunk(sourceId: string, chunk: Reference): void {
    this.#touch(chunk.chunk_id);
    const { chunk_id, vector_id, review_uid, position, metadata } = chunk;
    const values = [chunk_id, sourceId, vector_id, review_uid, position, JSON.stringify(metadata)] as const;
    this.#run('INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?)', ...values);
  }

  #removeChunk(chunkId: string): void {
    this.#touch(chunkId);
    this.#run('DELETE FROM chunks WHERE chunk_id = ?', chunkId);
  }

  /** The text that a chunk refers to now may have nothing that refers to it afterwards. */
  #touch(chunkId: string): void {
    this.#run('INSERT OR IGNORE INTO touched SELECT vector_id FROM chunks WHERE chunk_id = ?', chunkId);
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  #get(sql: string, ...values: string[]): unknown {
    return this.#statement(sql).get(...values);
  }
}
