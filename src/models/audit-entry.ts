import type { Knex } from 'knex';
import { Model, type QueryBuilder, snakeCaseMappers } from 'objection';
import { type AuditHead, type AuditRecord, type AuditRow, link, NO_ROWS } from '../domain/audit-chain.ts';
import { byActor } from './by-actor.ts';

/** Any number that nobody else uses for advisory locks: writers of the chain come one after the other. */
const CHAIN_LOCK = 7_236_904_128;
const PAGE_ROWS = 2_000;

/** Which entries; every part that is set must hold. */
export interface AuditFilter {
  /** An organisation's code. */
  readonly subject?: string | undefined;
  /** The beginning of an actor's id, or a part of their name. */
  readonly actor?: string | undefined;
  readonly since?: Date | undefined;
}

/** One row of the ledger's chain of records. It takes no change: the database itself refuses. */
export class AuditEntry extends Model {
  static override tableName = 'audit_log';
  static override idColumn = 'sequence';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['input', 'before', 'after'];

  /** Adds records to the end of the chain, in the caller's transaction, which holds the chain until it ends. */
  static async append(trx: Knex.Transaction, records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    await AuditEntry.query(trx).insert(link(await lockedHead(trx), records) as object[]);
  }

  static async head(ledger: Knex): Promise<AuditHead> {
    const last = await AuditEntry.query(ledger).select('sequence', 'hash').orderBy('sequence', 'desc').limit(1).first();
    return last ? { ...NO_ROWS, ...entry(last) } : NO_ROWS;
  }

  /** The newest entries, newest first. */
  static async newest(
    ledger: Knex,
    filter: AuditFilter,
    { limit, before }: { limit: number; before?: number | undefined },
  ): Promise<AuditRow[]> {
    const found = await AuditEntry.query(ledger)
      .modify(filtered, filter)
      .modify((query) => {
        if (before !== undefined) query.where('sequence', '<', before);
      })
      .orderBy('sequence', 'desc')
      .limit(limit);
    return found.map(entry);
  }

  /** The first entries of changes in that time, in order. */
  static async between(
    ledger: Knex,
    { since, until, limit }: { since: Date; until: Date; limit: number },
  ): Promise<AuditRow[]> {
    const found = await AuditEntry.query(ledger)
      .where('effect', 'changes')
      .whereBetween('at', [since, until])
      .orderBy('sequence')
      .limit(limit);
    return found.map(entry);
  }

  /** Every entry, in order, a page of rows in memory at a time. */
  static async *all(ledger: Knex): AsyncGenerator<AuditRow> {
    for (let after = 0; ; ) {
      const page = await AuditEntry.query(ledger).where('sequence', '>', after).orderBy('sequence').limit(PAGE_ROWS);
      for (const row of page) yield entry(row);
      const last = page.at(-1);
      if (!last) return;
      after = entry(last).sequence;
    }
  }
}

/** The head, which stays it until the transaction ends: two statements in one exchange, since all writers wait for it. */
async function lockedHead(trx: Knex.Transaction): Promise<AuditHead> {
  const lock = `SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`;
  const head = 'SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1';
  const [, { rows }] = await trx.raw(`${lock}; ${head}`);
  return rows[0] ? { sequence: Number(rows[0].sequence), hash: rows[0].hash } : NO_ROWS;
}

function filtered(query: QueryBuilder<AuditEntry, AuditEntry[]>, { subject, actor, since }: AuditFilter): void {
  if (subject) query.whereRaw('subjects @> ARRAY[?]::text[]', [subject]);
  if (actor) byActor(query, actor);
  if (since) query.where('at', '>=', since);
}

/** A bigint comes as text. */
function entry(model: AuditEntry): AuditRow {
  const row = model.toJSON() as unknown as AuditRow;
  return { ...row, sequence: Number(row.sequence) };
}
