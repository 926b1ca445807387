import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { Model, snakeCaseMappers } from 'objection';
import type { Author } from './entitlement.ts';
import type { Organisation } from './organisation.ts';

/** The platform's general audit log, which not every installation has. */
export class AuditLog extends Model {
  static override tableName = 'public.audit_logs';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['changes'];

  declare id: string;
  declare entityType: string;
  declare entityId: string;
  declare action: string;
  declare changes: object | null;
  declare performedBy: string;
  declare performedAt: Date;
  declare organizationId: string | null;

  /** Whether this installation has the table. */
  static async exists(platform: Knex): Promise<boolean> {
    const { rows } = await platform.raw("SELECT to_regclass('public.audit_logs') IS NOT NULL AS found");
    return rows[0].found;
  }

  /** Records a new organisation in the caller's transaction, where the table exists. */
  static async organisationCreated(trx: Knex.Transaction, organisation: Organisation, by: Author): Promise<void> {
    if (!(await AuditLog.exists(trx))) return;
    await AuditLog.query(trx).insert({
      id: randomUUID(),
      entityType: 'organization',
      entityId: organisation.id,
      action: 'created',
      changes: { code: organisation.code, name: organisation.name, reason: by.reason },
      performedBy: by.actorId,
      performedAt: by.at,
      organizationId: organisation.id,
    });
  }
}
