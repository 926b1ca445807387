import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { Model, type Pojo, snakeCaseMappers } from 'objection';
import { type Access, type AccessStatus, AUDIT_ACTIONS } from '../domain/access-change.ts';
import type { ModuleKey } from '../domain/module-keys.ts';
import { EntitlementAudit } from './entitlement-audit.ts';

/** An organisation's access to one module: `entitlement.entitlements`, one row a pair, ever. */
export class Entitlement extends Model {
  static override tableName = 'entitlement.entitlements';
  static override columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare organizationId: string;
  declare moduleKey: string;
  declare status: AccessStatus;
  declare validFrom: Date;
  /** The last moment of access; null: no end. */
  declare validUntil: Date | null;
  declare createdAt: Date;
  declare updatedAt: Date;
  declare createdBy: string | null;
  declare updatedBy: string | null;

  override $parseDatabaseJson(json: Pojo): Pojo {
    const row = super.$parseDatabaseJson(json);
    if (row.validUntil) row.validUntil = readEnd(row.validUntil);
    return row;
  }

  /** Rows of these modules, by module key. */
  static async of(
    platform: Knex,
    organisationId: string,
    keys: readonly ModuleKey[],
    { lock = false } = {},
  ): Promise<Map<string, Entitlement>> {
    const rows = await Entitlement.query(platform)
      .where('organization_id', organisationId)
      .whereIn('module_key', keys as ModuleKey[])
      .orderBy('module_key')
      .modify((query) => {
        if (lock) query.forUpdate();
      });
    return new Map(rows.map((row) => [row.moduleKey, row]));
  }

  /** The same, locked until the transaction ends. */
  static async locked(
    trx: Knex.Transaction,
    organisationId: string,
    keys: readonly ModuleKey[],
  ): Promise<Map<string, Entitlement>> {
    return Entitlement.of(trx, organisationId, keys, { lock: true });
  }

  /** Writes changes of one organisation's access and the platform's audit row of each, in the caller's transaction. */
  static async write(trx: Knex.Transaction, changes: readonly AccessChange[], by: Author): Promise<void> {
    for (const change of changes) {
      const id = change.present?.id ?? randomUUID();
      if (change.present) {
        await Entitlement.query(trx)
          .findById(id)
          .patch({ status: change.status, validUntil: change.validUntil, updatedAt: by.at, updatedBy: by.actorId });
      } else {
        await Entitlement.query(trx).insert({
          id,
          organizationId: change.organisationId,
          moduleKey: change.moduleKey,
          status: change.status,
          validFrom: by.at,
          validUntil: change.validUntil,
          createdAt: by.at,
          updatedAt: by.at,
          createdBy: by.actorId,
          updatedBy: by.actorId,
        });
      }
      await EntitlementAudit.query(trx).insert({
        id: randomUUID(),
        entitlementId: id,
        organizationId: change.organisationId,
        moduleKey: change.moduleKey,
        action: AUDIT_ACTIONS[change.kind],
        previousValue: change.present ? auditValue(change.present) : null,
        newValue: auditValue(change),
        performedBy: by.actorId,
        performedAt: by.at,
        reason: by.reason,
      });
    }
  }
}

/** An end as the database has it. Somebody may have written `infinity` there, by hand: it is no end. */
export function readEnd(end: Date | number | null): Date | null {
  return end === Number.POSITIVE_INFINITY ? null : (end as Date | null);
}

/** One module's access as it is to be. */
export interface AccessChange extends Access {
  readonly kind: keyof typeof AUDIT_ACTIONS;
  readonly organisationId: string;
  readonly moduleKey: ModuleKey;
  /** The row as it was; undefined: there was none. */
  readonly present: Entitlement | undefined;
}

/** Who changes, when and why; `reason` ends in `[run <id>]`. */
export interface Author {
  readonly actorId: string;
  readonly at: Date;
  readonly reason: string;
}

function auditValue({ status, validUntil }: Access): { status: string; validUntil: string | null } {
  return { status, validUntil: validUntil?.toISOString() ?? null };
}
