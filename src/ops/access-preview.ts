import { accessWords } from '../domain/access-change.ts';
import type { ModuleKey } from '../domain/module-keys.ts';
import { Entitlement } from '../models/entitlement.ts';
import type { Organisation } from '../models/organisation.ts';
import { called, findOrganisation } from './organisation-found.ts';
import type { Context, Preview } from './service/operation.ts';

/** What whoever approves a change of access sees: how it stands now. */
export async function previewAccess(
  context: Context,
  { org, module }: { org: string; module: readonly ModuleKey[] },
): Promise<Preview> {
  const organisation = await findOrganisation(context, org);
  const rows = await Entitlement.of(context.databases.platform, organisation.id, module);
  const items = module.map((key) => {
    const access = rows.get(key);
    return `${key}: ${access ? accessWords(access, context.moment) : 'never had it'}`;
  });
  return {
    report: { tone: 'info', title: `${called(organisation)} has now:`, parts: [{ kind: 'list', items }] },
    state: stateOfAccess(organisation, module, rows),
    confirmLabel: 'Go on',
  };
}

/** What an approval of a change of access binds. */
export function stateOfAccess(
  { id }: Pick<Organisation, 'id'>,
  module: readonly ModuleKey[],
  rows: ReadonlyMap<string, Entitlement>,
): unknown {
  const access = [...module].sort().map((key) => {
    const { status, validUntil } = rows.get(key) ?? {};
    return [key, status ?? null, validUntil?.toISOString() ?? null];
  });
  return { organisation: id, access };
}
