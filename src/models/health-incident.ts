import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import type { Service } from '../domain/health.ts';
import type { Held, Incident, TroubleState } from '../domain/health-incident.ts';

/** What a round writes; the rest is written by whoever tells it. */
const OF_THE_ROUND = [
  ...['label', 'state', 'worst', 'saw_unhealthy', 'says', 'next', 'ended', 'checks', 'changes', 'reasons', 'notes'],
  ...['held', 'after_maintenance', 'closed_at'],
];
const OF_THE_TELLER = ['posted', 'shown', 'notes_told', 'closed_at'];

/** A service that was not healthy for a while, and what was told of it. At most one of a service is open. */
export class HealthIncident extends Model {
  static override tableName = 'health_incidents';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['reasons', 'notes', 'posted'];

  declare id: string;
  declare service: Service;
  declare label: string;
  declare state: TroubleState;
  declare worst: TroubleState;
  declare sawUnhealthy: boolean;
  declare says: string;
  declare next: string | null;
  declare began: Date;
  declare ended: Date | null;
  declare checks: number;
  declare changes: number;
  declare reasons: string[];
  declare notes: string[];
  declare held: Held | null;
  declare afterMaintenance: boolean;
  declare posted: { channel: string; ts: string } | null;
  declare shown: string | null;
  declare notesTold: number;
  declare closedAt: Date | null;

  /** Those that have not ended, by service. */
  static async open(ledger: Knex): Promise<Map<Service, Incident>> {
    const rows = await HealthIncident.query(ledger).whereNull('ended');
    return new Map(rows.map((row) => [row.service, row.plain()]));
  }

  /** Those of which something may be left to tell, the oldest first. */
  static async untold(ledger: Knex): Promise<Incident[]> {
    const rows = await HealthIncident.query(ledger).whereNull('closed_at').orderBy(['began', 'service']);
    return rows.map((row) => row.plain());
  }

  /** Writes what a round made of it; what was told of it meanwhile stays. */
  static async keep(trx: Knex, incident: Incident): Promise<void> {
    await HealthIncident.query(trx)
      .insert(rowOf(incident) as object)
      .onConflict('id')
      .merge(OF_THE_ROUND)
      .toKnexQuery();
  }

  /** Writes all of it: what became of it while the ledger was down. */
  static async settle(trx: Knex, incident: Incident): Promise<void> {
    await HealthIncident.query(trx)
      .insert(rowOf(incident) as object)
      .onConflict('id')
      .merge([...new Set([...OF_THE_ROUND, ...OF_THE_TELLER])])
      .toKnexQuery();
  }

  /** Writes what was told of it. */
  static async wasTold(ledger: Knex, id: string, told: Partial<Incident>): Promise<void> {
    await HealthIncident.query(ledger)
      .findById(id)
      .patch(told as object);
  }

  private plain(): Incident {
    const { next, ended, held, posted, shown, closedAt, ...rest } = this;
    return {
      ...rest,
      next: next ?? undefined,
      ended: ended ?? undefined,
      held: held ?? undefined,
      posted: posted ?? undefined,
      shown: shown ?? undefined,
      closedAt: closedAt ?? undefined,
    } as Incident;
  }
}

function rowOf(incident: Incident): object {
  const entries = Object.entries(incident).map(([name, value]) => [name, value ?? null] as const);
  return Object.fromEntries(entries);
}
