import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';

/**
 * Who may work on a resource, one at a time. How long it holds is measured by the ledger's own clock. A row stays when
 * its lease has ended: the token of the next one is greater, so that whatever comes late from an earlier holder can be
 * told from the present one's.
 */
export class Lease extends Model {
  static override tableName = 'leases';
  static override idColumn = 'resource';
  static override columnNameMappers = snakeCaseMappers();

  /** In words: `database airport`. */
  declare resource: string;
  /** A bigint as text. */
  declare token: string;
  /** Null: held by something that is no run, such as a migration. */
  declare runId: string | null;
  /** Who, in words. */
  declare holder: string;
  /** What for: an operation's name. */
  declare work: string;
  declare acquiredAt: Date;
  declare heldUntil: Date;

  /** Takes what nobody holds. Undefined: somebody does. */
  static async take(
    ledger: Knex,
    lease: Pick<Lease, 'resource' | 'runId' | 'holder' | 'work'>,
    seconds: number,
  ): Promise<Lease | undefined> {
    const held = { ...lease, acquiredAt: raw('now()'), heldUntil: after(seconds) };
    const rows = await Lease.query(ledger)
      .insert({ ...held, token: '1' } as object)
      .onConflict('resource')
      .merge({ ...held, token: raw('leases.token + 1') } as object)
      .where('leases.held_until', '<=', raw('now()'))
      .returning('*')
      .toKnexQuery();
    return rows[0] && Lease.fromDatabaseJson(rows[0]);
  }

  /** The lease that holds now. */
  static async current(ledger: Knex, resource: string): Promise<Lease | undefined> {
    return Lease.query(ledger).findById(resource).where('held_until', '>', raw('now()'));
  }

  /** Holds it so many seconds from now. False when somebody else has taken it meanwhile. */
  async hold(ledger: Knex, seconds: number): Promise<boolean> {
    const held = await this.own(ledger).patch({ heldUntil: after(seconds) } as object);
    return held > 0;
  }

  /** Lets the next one take it. */
  async release(ledger: Knex): Promise<void> {
    await this.own(ledger).patch({ heldUntil: raw('now()') } as object);
  }

  private own(ledger: Knex) {
    return Lease.query(ledger).findById(this.resource).where('token', this.token);
  }
}

function after(seconds: number) {
  return raw("now() + ? * interval '1 second'", [seconds]);
}
