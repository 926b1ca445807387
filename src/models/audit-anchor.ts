import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import type { AuditHead } from '../domain/audit-chain.ts';
import { AuditEntry } from './audit-entry.ts';

/** A head of the chain as it was noted; the same was said outside of the ledger. It takes no change, like the chain. */
export interface Anchor extends AuditHead {
  readonly anchoredAt: Date;
  /** The run that noted it, or behind which it was noted. */
  readonly runId: string;
}

export class AuditAnchor extends Model {
  static override tableName = 'audit_anchors';
  static override columnNameMappers = snakeCaseMappers();

  /** Notes where the chain stands now. */
  static async note(ledger: Knex, by: { anchoredAt: Date; runId: string }): Promise<Anchor> {
    const { sequence, hash } = await AuditEntry.head(ledger);
    const anchor = { sequence, hash, ...by };
    await AuditAnchor.query(ledger).insert(anchor as object);
    return anchor;
  }

  /** Every one, in the order of the entries that they have seen. */
  static async all(ledger: Knex): Promise<Anchor[]> {
    const found = await AuditAnchor.query(ledger)
      .select('sequence', 'hash', 'anchored_at', 'run_id')
      .orderBy(['sequence', 'id']);
    return found.map((row) => {
      const anchor = row.toJSON() as unknown as Anchor;
      return { ...anchor, sequence: Number(anchor.sequence) };
    });
  }
}
