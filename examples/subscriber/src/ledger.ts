/**
 * What this consumer makes of the events: how many reviews each file brought. Its whole secret is that an event's id and
 * what it changes are written in one transaction, so that a repeat changes nothing, whenever it comes.
 */
import { DatabaseSync } from 'node:sqlite';
import {
  COMPLETION_DETAIL_TYPE,
  completionEventSchema,
  REMOVAL_DETAIL_TYPE,
  removalEventSchema,
} from '@tastetrend/contracts';

/** Kept as long as an event may be repeated: 14 days in a DLQ, and as long again in ours. */
const REMEMBERED_DAYS = 60;

export interface Entry {
  readonly key: string;
  readonly state: 'processed' | 'rejected' | 'gone' | 'removed';
  readonly accepted: number;
}

export class Ledger {
  readonly #db: DatabaseSync;

  /** @param file a path, or `:memory:` */
  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS entries (
        raw_key TEXT NOT NULL, version_id TEXT NOT NULL, at TEXT NOT NULL, transform_version INTEGER NOT NULL,
        state TEXT NOT NULL, accepted INTEGER NOT NULL, PRIMARY KEY (raw_key, version_id)) STRICT;`);
  }

  /**
   * @param event from the queue, as JSON has it
   * @returns false for a repeat
   * @throws what zod throws, for an event that is not what its schema says: it ends in the DLQ
   */
  take(event: unknown): boolean {
    const type = (event as { 'detail-type'?: unknown })['detail-type'];
    if (type === REMOVAL_DETAIL_TYPE) {
      const { removal_id, source, transform_version } = removalEventSchema.parse(event).detail;
      const at = source.removed_at ?? new Date().toISOString();
      return this.#once(removal_id, () => this.#put(source, at, transform_version, 'removed', 0));
    }
    if (type !== COMPLETION_DETAIL_TYPE) throw new TypeError(`no event of ours: ${String(type)}`);
    const { completion_id, source, transform_version, outcome, counts } = completionEventSchema.parse(event).detail;
    if (outcome === 'ignored') return false;
    const at = source.uploaded_at ?? '';
    return this.#once(completion_id, () => this.#put(source, at, transform_version, outcome, counts.accepted));
  }

  /**
   * For each file its newest version; a rejected one does not take the place of a good one. S3's times have whole seconds:
   * of an upload and a removal in one of them, the removal is shown. Who must know reads the metadata of the current table.
   */
  entries(): Entry[] {
    const newest = this.#db.prepare(`
      SELECT raw_key AS key, state, accepted FROM (
        SELECT *, row_number() OVER (PARTITION BY raw_key ORDER BY
          state IN ('rejected', 'gone'), at DESC, state = 'removed' DESC, version_id DESC) AS place
        FROM entries) WHERE place = 1 ORDER BY raw_key`);
    return newest.all() as unknown as Entry[];
  }

  close(): void {
    this.#db.close();
  }

  /** Either the id is new and the effect is there, or neither. */
  #once(id: string, effect: () => void): boolean {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#db.prepare(`DELETE FROM seen WHERE at < datetime('now', '-${REMEMBERED_DAYS} days')`).run();
      const added = this.#db.prepare(`INSERT OR IGNORE INTO seen VALUES (?, datetime('now'))`).run(id).changes;
      if (added === 1) effect();
      this.#db.exec('COMMIT');
      return added === 1;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #put(
    { key, version_id }: { readonly key: string; readonly version_id: string },
    at: string,
    transformVersion: number,
    state: Entry['state'],
    accepted: number,
  ): void {
    const put = this.#db.prepare(`
      INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
      SET transform_version = excluded.transform_version, state = excluded.state, accepted = excluded.accepted
      WHERE excluded.transform_version >= entries.transform_version`);
    put.run(key, version_id, at, transformVersion, state, accepted);
  }
}
