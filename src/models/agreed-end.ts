import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';

/** An end of access that somebody has agreed to: nobody is reminded of it any more. A new end is another one. */
export class AgreedEnd extends Model {
  static override tableName = 'agreed_ends';
  static override idColumn = ['organisation_id', 'module_key', 'valid_until'];
  static override columnNameMappers = snakeCaseMappers();

  declare organisationId: string;
  declare moduleKey: string;
  declare validUntil: Date;
  declare agreedAt: Date;
  /** The actor's name and id. */
  declare agreedBy: string;
  declare runId: string;

  /** Who agreed first stays on record. */
  static async add(ledger: Knex, ends: readonly Partial<AgreedEnd>[]): Promise<void> {
    await AgreedEnd.query(ledger)
      .insert(ends as AgreedEnd[])
      .onConflict()
      .ignore()
      .toKnexQuery();
  }

  /** Tells which of these ends somebody has agreed to. */
  static async among(ledger: Knex, ends: readonly EndOfAccess[]): Promise<(end: EndOfAccess) => boolean> {
    if (ends.length === 0) return () => false;
    const keys = ends.map(({ organisationId, moduleKey, validUntil }) => [organisationId, moduleKey, validUntil]);
    const found = await AgreedEnd.query(ledger).whereIn(
      ['organisation_id', 'module_key', 'valid_until'],
      keys as never,
    );
    const agreed = new Set(found.map(keyOf));
    return (end) => agreed.has(keyOf(end));
  }
}

type EndOfAccess = Pick<AgreedEnd, 'organisationId' | 'moduleKey' | 'validUntil'>;

function keyOf({ organisationId, moduleKey, validUntil }: EndOfAccess): string {
  return `${organisationId} ${moduleKey} ${validUntil.toISOString()}`;
}
