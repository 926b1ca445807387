import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import type { HealthFinding, Service } from '../domain/health.ts';
import type { Watched } from '../domain/health-watch.ts';

/** What is known of services by name. */
export type WatchedServices = Readonly<Partial<Record<Service, Watched>>>;

/**
 * How health stands after the last round of looks: one row. A minute of the ledger's clock is one replica's, by a conditional
 * update; where that clock jumps, another minute is another round, in either direction.
 */
export class HealthRound extends Model {
  static override tableName = 'health_watch';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['watched', 'findings'];

  /** The minute that somebody has begun to look at. */
  declare claimed: Date | null;
  /** The minute of the last round that was written; null: there was none yet. */
  declare minute: Date | null;
  /** Grows with every round. */
  declare version: number;
  declare watched: WatchedServices;
  /** Notes too. */
  declare findings: HealthFinding[];

  /** Claims the present minute. Undefined: somebody has it. */
  static async claim(ledger: Knex): Promise<Date | undefined> {
    const rows = await HealthRound.query(ledger)
      .patch({ claimed: raw("date_trunc('minute', now())") } as object)
      .where(raw("claimed IS DISTINCT FROM date_trunc('minute', now())"))
      .returning('claimed');
    return rows[0]?.claimed ?? undefined;
  }

  static async current(ledger: Knex): Promise<HealthRound> {
    return HealthRound.query(ledger).first().throwIfNotFound();
  }

  /** The same, held until the transaction ends: rounds are written one after the other. */
  static async hold(trx: Knex): Promise<HealthRound> {
    return HealthRound.query(trx).forUpdate().first().throwIfNotFound();
  }

  static async write(
    trx: Knex,
    round: { minute?: Date; watched: WatchedServices; findings?: readonly HealthFinding[] },
  ): Promise<void> {
    const { findings } = round;
    await HealthRound.query(trx).patch({
      ...round,
      ...(findings ? { findings: [...findings] } : {}),
      version: raw('version + 1'),
    } as object);
  }
}
