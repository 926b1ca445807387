import type { Knex } from 'knex';
import { EMERGENCY_CODE } from '../domain/emergency.ts';

/** An organisation with access that has an end. */
export interface EndingOrganisation {
  readonly code: string;
  readonly name: string;
  readonly modules: readonly string[];
  /** The first of the ends. */
  readonly endsAt: Date;
}

/** Organisations, but for that of emergencies, whose access ends in that time, the first to end first, and how many there are. One statement. */
export async function endingOrganisations(
  platform: Knex,
  { from, until, limit }: { readonly from: Date; readonly until: Date; readonly limit: number },
): Promise<{ readonly count: number; readonly first: readonly EndingOrganisation[] }> {
  const rows: (EndingOrganisation & { count: string })[] = await platform('entitlement.entitlements')
    .join('public.organizations', 'organizations.id', 'organization_id')
    .select('code', 'name', {
      modules: platform.raw('array_agg(module_key ORDER BY valid_until, module_key)'),
      endsAt: platform.raw('min(valid_until)'),
      count: platform.raw('count(*) OVER ()'),
    })
    .where('status', 'active')
    .whereNot('code', EMERGENCY_CODE)
    .whereBetween('valid_until', [from, until])
    .groupBy('code', 'name')
    .orderByRaw('min(valid_until), code')
    .limit(limit);
  return { count: Number(rows[0]?.count ?? 0), first: rows.map(({ count: _, ...one }) => one) };
}
