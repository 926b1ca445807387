import type { Knex } from 'knex';
import { Entitlement } from './entitlement.ts';
import { EntitlementAudit } from './entitlement-audit.ts';
import { inRunbookOrder, type ListedAccess } from './organisation-list.ts';

/** One change of access, as the platform recorded it. */
export interface RecordedChange {
  readonly at: Date;
  readonly module: string;
  readonly action: string;
  readonly by: string;
  readonly reason: string | null;
}

/** An organisation's access, in the runbook's order. */
export async function accessOf(platform: Knex, organisationId: string): Promise<ListedAccess[]> {
  const rows = await Entitlement.query(platform).where('organization_id', organisationId);
  return inRunbookOrder(
    rows.map(({ moduleKey, status, validFrom, validUntil }) => ({ key: moduleKey, status, validFrom, validUntil })),
  );
}

/** The newest changes of an organisation's access, newest first. */
export async function lastChanges(platform: Knex, organisationId: string, limit: number): Promise<RecordedChange[]> {
  const rows = await EntitlementAudit.query(platform)
    .where('organization_id', organisationId)
    .orderBy([{ column: 'performed_at', order: 'desc' }, 'id'])
    .limit(limit);
  return rows.map(({ performedAt, moduleKey, action, performedBy, reason }) => ({
    at: performedAt,
    module: moduleKey,
    action,
    by: performedBy,
    reason,
  }));
}
