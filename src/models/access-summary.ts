import type { Knex } from 'knex';
import { MODULE_KEYS } from '../domain/module-keys.ts';

/** How many organisations stand where with a module, and what was changed in a stretch of time. */
export interface ModuleSummary {
  readonly module: string;
  readonly active: number;
  /** Of the active ones. */
  readonly ending: number;
  readonly expired: number;
  readonly suspended: number;
  readonly changes: ModuleChanges;
}

export interface ModuleChanges {
  /** New, or given back. */
  readonly granted: number;
  readonly extended: number;
  readonly shortened: number;
  readonly revoked: number;
  readonly expired: number;
}

/** The stretch, and when an access counts as ending soon. */
interface Times {
  readonly since: Date;
  readonly now: Date;
  readonly soon: Date;
}

const OPEN = "status = 'active' AND (valid_until IS NULL OR valid_until >= CAST(:now AS timestamp))";
const OLD_END = `previous_value ->> 'validUntil'`;
const NEW_END = `new_value ->> 'validUntil'`;
// As ISO texts in UTC, which stand in the order of time; what ended before and has no end now was extended.
const UPDATED = "action = 'updated' AND new_value ->> 'status' = 'active'";
const EXTENDED = `${UPDATED} AND (${OLD_END}) IS NOT NULL AND ((${NEW_END}) IS NULL OR (${NEW_END}) COLLATE "C" > (${OLD_END}) COLLATE "C")`;
const SHORTENED = `${UPDATED} AND (${NEW_END}) IS NOT NULL AND ((${OLD_END}) IS NULL OR (${NEW_END}) COLLATE "C" < (${OLD_END}) COLLATE "C")`;

/** Every module, in the runbook's order; ones that CapOps does not know come last. Two statements. */
export async function summariseAccess(platform: Knex, times: Times): Promise<ModuleSummary[]> {
  const [{ rows: standing }, { rows: changed }] = await Promise.all([
    platform.raw(
      `SELECT module_key AS module, ${count(OPEN, 'active')}, ${count(`${OPEN} AND valid_until <= CAST(:soon AS timestamp)`, 'ending')},
              ${count("status = 'expired' OR (status = 'active' AND valid_until < CAST(:now AS timestamp))", 'expired')},
              ${count("status = 'suspended'", 'suspended')}
         FROM entitlement.entitlements JOIN public.organizations ON organizations.id = organization_id GROUP BY module_key`,
      { ...times },
    ),
    platform.raw(
      `SELECT module_key AS module, ${count("action IN ('created', 'reactivated')", 'granted')}, ${count(EXTENDED, 'extended')},
              ${count(SHORTENED, 'shortened')}, ${count("action = 'suspended'", 'revoked')},
              ${count("action = 'updated' AND new_value ->> 'status' = 'expired'", 'expired')}
         FROM entitlement.entitlement_audits
        WHERE performed_at >= CAST(:since AS timestamp) AND performed_at <= CAST(:now AS timestamp) GROUP BY module_key`,
      { ...times },
    ),
  ]);
  const stands = byModule<Omit<ModuleSummary, 'changes'>>(standing);
  const changes = byModule<ModuleChanges>(changed);
  const modules = new Set<string>([...MODULE_KEYS, ...[...stands.keys(), ...changes.keys()].sort()]);
  return [...modules].map((module) => ({
    ...{ module, active: 0, ending: 0, expired: 0, suspended: 0 },
    ...stands.get(module),
    changes: { granted: 0, extended: 0, shortened: 0, revoked: 0, expired: 0, ...changes.get(module) },
  }));
}

function count(condition: string, name: string): string {
  return `CAST(count(*) FILTER (WHERE ${condition}) AS integer) AS ${name}`;
}

function byModule<Row>(rows: (Row & { module: string })[]): Map<string, Row> {
  return new Map(rows.map(({ module, ...row }) => [module, row as Row]));
}
