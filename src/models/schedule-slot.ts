import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';

/** How long a replica is believed to be at work after it last said so. */
const HELD_SECONDS = 120;

/**
 * One moment at which an entry of the schedule was due: the row is what makes it run once, on any number of replicas.
 * How long a claim holds is measured by the ledger's own clock, since the replicas' clocks may jump.
 */
export class ScheduleSlot extends Model {
  static override tableName = 'schedule_slots';
  static override idColumn = ['entry', 'slot'];
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['report', 'posted'];

  declare entry: string;
  declare slot: Date;
  /** `waiting`: it failed, and is tried again once `heldUntil` has passed. */
  declare state: 'running' | 'waiting' | 'done' | 'failed';
  /** Runs that were begun for it. */
  declare attempts: number;
  /** Whoever has this id is at work on it, and nobody else. */
  declare claim: string;
  declare heldUntil: Date;
  declare runId: string | null;
  /** What the channel is to be told. */
  declare report: object | null;
  /** Where the report stands; null: nowhere yet. */
  declare posted: { readonly channel: string; readonly ts: string } | null;
  /** How many replies of the report’s thread stand under it. */
  declare replied: number;
  /** Set when nothing is left to do. */
  declare toldAt: Date | null;

  /** Those of these slots that nobody has claimed yet. */
  static async unclaimed<Due extends { entry: { name: string }; slot: Date }>(
    ledger: Knex,
    due: Due[],
  ): Promise<Due[]> {
    const pairs = due.map(({ entry, slot }) => [entry.name, slot.toISOString()]);
    const found = await ScheduleSlot.query(ledger).select('entry', 'slot').whereIn(['entry', 'slot'], pairs);
    const claimed = new Set(found.map(({ entry, slot }) => `${entry} ${slot.toISOString()}`));
    return due.filter(({ entry, slot }) => !claimed.has(`${entry.name} ${slot.toISOString()}`));
  }

  /** Claims a slot that nobody had before. Undefined: somebody has. */
  static async begin(ledger: Knex, entry: string, slot: Date): Promise<ScheduleSlot | undefined> {
    const held = { claim: randomUUID(), heldUntil: after(HELD_SECONDS) };
    const rows = await ScheduleSlot.query(ledger)
      .insert({ entry, slot, state: 'running', attempts: 1, ...held } as object)
      .onConflict()
      .ignore()
      .returning('entry')
      .toKnexQuery();
    return rows.length > 0 ? ScheduleSlot.query(ledger).findById([entry, slot.toISOString()]) : undefined;
  }

  /**
   * Claims the oldest slot of these entries that is unfinished and held by nobody: its time to be tried again has come,
   * or whoever had it is gone.
   */
  static async takeUp(ledger: Knex, entries: readonly string[]): Promise<ScheduleSlot | undefined> {
    const open = ScheduleSlot.query(ledger)
      .select('entry', 'slot')
      .whereNull('told_at')
      .where('held_until', '<=', raw('now()'))
      .whereIn('entry', [...entries])
      .orderBy('slot')
      .limit(1)
      .forUpdate()
      .skipLocked();
    const taken = await ScheduleSlot.query(ledger)
      .whereIn(['entry', 'slot'], open)
      .patch({
        claim: randomUUID(),
        heldUntil: after(HELD_SECONDS),
        attempts: raw("attempts + CASE WHEN state IN ('running', 'waiting') THEN 1 ELSE 0 END"),
        state: raw("CASE WHEN state = 'waiting' THEN 'running' ELSE state END"),
      } as object)
      .returning('*');
    return taken[0];
  }

  /** Removes what was due before then and is over, but of each entry the newest. Returns how many. */
  static async prune(ledger: Knex, before: Date): Promise<number> {
    return ScheduleSlot.query(ledger)
      .whereNotNull('told_at')
      .where('slot', '<', before)
      .whereExists(
        ScheduleSlot.query(ledger)
          .alias('newer')
          .whereColumn('newer.entry', 'schedule_slots.entry')
          .whereColumn('newer.slot', '>', 'schedule_slots.slot'),
      )
      .delete();
  }

  /** Says that the work goes on. */
  async hold(ledger: Knex): Promise<void> {
    await this.write(ledger, {}, HELD_SECONDS);
  }

  /** Writes what came of it, held for so many seconds more. False when somebody else has taken it up meanwhile. */
  async write(ledger: Knex, change: Partial<ScheduleSlot>, heldSeconds = HELD_SECONDS): Promise<boolean> {
    const written = await ScheduleSlot.query(ledger)
      .findById([this.entry, this.slot.toISOString()])
      .where('claim', this.claim)
      .patch({ ...change, heldUntil: after(heldSeconds) } as object);
    return written > 0;
  }
}

function after(seconds: number) {
  return raw("now() + ? * interval '1 second'", [seconds]);
}
