import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import type { HealthFinding, Service } from '../domain/health.ts';
import { codeOfService, codeOfState, type Judged, stateOf } from './health-codes.ts';

/** How long the history is kept. */
const KEPT_DAYS = 400;
const PRUNED_AT_ONCE = 5_000;
const MOST_AT_ONCE = 20;
/** What else is as old, and few. */
const DATED = [
  ['health_rollups', 'began'],
  ['health_incidents', 'ended'],
  ['maintenance_windows', 'ends'],
] as const;

/** One look at one service, in the history. The ledger adds it up by hour and by day in the same statement. */
export class HealthCheck extends Model {
  static override tableName = 'health_checks';
  static override idColumn = ['checked_at', 'service'];
  static override columnNameMappers = snakeCaseMappers();

  declare checkedAt: Date;
  declare service: number;
  declare state: number;
  declare inMaintenance: boolean;
  declare latencyMs: number | null;
  /** Only of what is not healthy. */
  declare says: string | null;

  /** Writes what was found at a minute; a note is none of it. What stands there already stays. */
  static async note(
    trx: Knex,
    checkedAt: Date,
    found: readonly { readonly finding: HealthFinding; readonly inMaintenance: boolean }[],
  ): Promise<void> {
    const rows = found.flatMap(({ finding: { service, state, latencyMs, says }, inMaintenance }) => {
      if (state === 'note') return [];
      const codes = { service: codeOfService(service), state: codeOfState(state) };
      return [{ checkedAt, ...codes, inMaintenance, latencyMs, says: state === 'healthy' ? null : says.slice(0, 300) }];
    });
    if (rows.length === 0) return;
    await HealthCheck.query(trx)
      .insert(rows as object[])
      .onConflict()
      .ignore()
      .toKnexQuery();
  }
}

/** One look at a service, as its history has it. */
export interface PastCheck {
  readonly checkedAt: Date;
  readonly state: Judged;
  readonly latencyMs: number | undefined;
}

/** The last looks at a service, the newest first. */
export async function recentLatency(ledger: Knex, service: Service, count: number): Promise<PastCheck[]> {
  const rows = await HealthCheck.query(ledger)
    .where('service', codeOfService(service))
    .where('checked_at', '>', raw("now() - interval '1 day'"))
    .orderBy('checked_at', 'desc')
    .limit(count);
  return rows.map(({ checkedAt, state, latencyMs }) => ({
    checkedAt,
    state: stateOf(state),
    latencyMs: latencyMs ?? undefined,
  }));
}

/** Removes what is older than 400 days, a part at a time. Returns how many looks went; the rest goes with the next call. */
export async function pruneHealth(ledger: Knex): Promise<number> {
  const old = ledger.raw("now() - ? * interval '1 day'", [KEPT_DAYS]);
  let pruned = 0;
  for (let part = 0; part < MOST_AT_ONCE; part++) {
    const some = ledger('health_checks').select(ledger.raw('ctid')).where('checked_at', '<', old).limit(PRUNED_AT_ONCE);
    const gone = await ledger('health_checks').whereRaw('ctid = ANY(ARRAY(?))', [some]).delete();
    pruned += gone;
    if (gone < PRUNED_AT_ONCE) break;
  }
  for (const [table, moment] of DATED) await ledger(table).where(moment, '<', old).delete();
  return pruned;
}
