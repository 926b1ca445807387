import type { Knex } from 'knex';
import { EntitlementAudit } from './entitlement-audit.ts';
import { Organisation } from './organisation.ts';
import type { Run } from './run.ts';

/** Operations of which the platform has a trace where they changed anything. */
export const LEAVES_TRACE: ReadonlySet<string> = new Set([
  'create-org',
  'grant-module',
  'revoke-module',
  'bulk-import',
  'expire-access',
  'emergency-access',
  'end-emergency-access',
]);

/** Whether a run changed the platform: each change carries the run's id, or its actor and its very moment. */
export async function leftTrace(
  platform: Knex,
  { id, actorId, startedAt }: Pick<Run, 'id' | 'actorId' | 'startedAt'>,
): Promise<boolean> {
  const [audited, created] = await Promise.all([
    EntitlementAudit.query(platform)
      .where('performed_by', actorId)
      .where('reason', 'like', `%[run ${id}]`)
      .limit(1)
      .first(),
    Organisation.query(platform).where({ createdBy: actorId, createdAt: startedAt }).limit(1).first(),
  ]);
  return audited !== undefined || created !== undefined;
}
