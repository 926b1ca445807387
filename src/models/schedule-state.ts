import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import type { ScheduleEntry } from '../ports.ts';
import { Run } from './run.ts';
import { ScheduleSlot } from './schedule-slot.ts';

/** Since when an entry is due at these times: what lies before is no slot of its. */
export class ScheduleTiming extends Model {
  static override tableName = 'schedule_timings';
  static override idColumn = ['entry', 'timing'];
  static override columnNameMappers = snakeCaseMappers();

  declare entry: string;
  /** Cron expression and zone. */
  declare timing: string;
  declare since: Date;

  /** When each entry began, by name. One that is seen for the first time, or at new times, begins now. */
  static async since(ledger: Knex, entries: readonly ScheduleEntry[], now: Date): Promise<Map<string, Date>> {
    const rows = entries.map((entry) => ({ entry: entry.name, timing: `${entry.cron} ${entry.timeZone}` }));
    const known = await ScheduleTiming.seen(ledger, rows);
    const begun = rows.filter(({ entry }) => !known.has(entry)).map((row) => ({ ...row, since: now }));
    if (begun.length === 0) return known;
    await ScheduleTiming.query(ledger).insert(begun).onConflict().ignore().toKnexQuery();
    return ScheduleTiming.seen(ledger, rows);
  }

  private static async seen(ledger: Knex, rows: readonly { entry: string; timing: string }[]) {
    const pairs = rows.map(({ entry, timing }) => [entry, timing]);
    const found = await ScheduleTiming.query(ledger).whereIn(['entry', 'timing'], pairs);
    return new Map(found.map(({ entry, since }) => [entry, since] as const));
  }
}

/** An entry that somebody has stopped for a while. */
export class SchedulePause extends Model {
  static override tableName = 'schedule_pauses';
  static override idColumn = 'entry';
  static override columnNameMappers = snakeCaseMappers();

  declare entry: string;
  declare pausedAt: Date;
  /** The actor's name and id. */
  declare pausedBy: string;
  declare reason: string | null;

  /** Pauses by entry. */
  static async all(ledger: Knex): Promise<Map<string, SchedulePause>> {
    const pauses = await SchedulePause.query(ledger);
    return new Map(pauses.map((pause) => [pause.entry, pause]));
  }

  /** Stops an entry, and what of it waits to be tried again. False when it is stopped already. */
  static async begin(ledger: Knex, pause: Omit<Partial<SchedulePause>, 'entry'> & { entry: string }): Promise<boolean> {
    return ledger.transaction(async (trx) => {
      const rows = await SchedulePause.query(trx).insert(pause).onConflict().ignore().returning('entry').toKnexQuery();
      await ScheduleSlot.query(trx)
        .where({ entry: pause.entry, state: 'waiting' })
        .patch({ state: 'failed', toldAt: raw('now()') } as object);
      return rows.length > 0;
    });
  }

  /**
   * Lets an entry go on from now: what was due meanwhile is not made up for. Undefined when it was not paused, or this very
   * call was made before.
   */
  static async end(ledger: Knex, entry: string, now: Date): Promise<SchedulePause | undefined> {
    return ledger.transaction(async (trx) => {
      if (await ScheduleTiming.query(trx).findOne({ entry, since: now })) return undefined;
      const [ended] = await SchedulePause.query(trx).where({ entry }).delete().returning('*');
      if (ended) await ScheduleTiming.query(trx).where({ entry }).patch({ since: now });
      return ended as SchedulePause | undefined;
    });
  }
}

/** The last run of each of these actors, by actor id. */
export async function lastRuns(ledger: Knex, actorIds: readonly string[]): Promise<Map<string, Run>> {
  const runs = await Run.query(ledger)
    .distinctOn('actor_id')
    .whereIn('actor_id', [...actorIds])
    .orderBy([{ column: 'actor_id' }, { column: 'started_at', order: 'desc' }]);
  return new Map(runs.map((run) => [run.actorId, run]));
}
