import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import type { AuditAction } from '../domain/access-change.ts';

/** The platform's own trace of a change of access, written in the change's transaction. */
export class EntitlementAudit extends Model {
  static override tableName = 'entitlement.entitlement_audits';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['previousValue', 'newValue'];

  declare id: string;
  declare entitlementId: string;
  declare organizationId: string;
  declare moduleKey: string;
  declare action: AuditAction;
  declare previousValue: { status: string; validUntil: string | null } | null;
  declare newValue: { status: string; validUntil: string | null } | null;
  declare performedBy: string;
  declare performedAt: Date;
  declare reason: string | null;

  /** What a run wrote, by module: each change carries its id. */
  static async ofRun(
    platform: Knex,
    run: { readonly id: string; readonly actorId: string },
  ): Promise<EntitlementAudit[]> {
    return EntitlementAudit.query(platform)
      .where('performed_by', run.actorId)
      .where('reason', 'like', `%[run ${run.id}]`)
      .orderBy('module_key');
  }
}
