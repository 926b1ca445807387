import type { Knex } from 'knex';

/** Access that is open and has an end. */
export interface EndingAccess {
  readonly organisationId: string;
  readonly code: string;
  readonly module: string;
  readonly endsAt: Date;
}

/** Access that is open at `from` and ends by `until`, the first to end first. One statement. */
export async function endingAccess(
  platform: Knex,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<EndingAccess[]> {
  return platform('entitlement.entitlements')
    .join('public.organizations', 'organizations.id', 'organization_id')
    .select({ organisationId: 'organization_id', code: 'code', module: 'module_key', endsAt: 'valid_until' })
    .where('status', 'active')
    .where('valid_until', '>=', from)
    .where('valid_until', '<=', until)
    .orderBy(['valid_until', 'code', 'module_key']);
}
