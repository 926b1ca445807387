import type { Knex } from 'knex';
import type { QueryBuilder } from 'objection';
import type { AccessStatus } from '../domain/access-change.ts';
import { MODULE_KEYS, type ModuleKey } from '../domain/module-keys.ts';
import { Entitlement } from './entitlement.ts';
import { matching, Organisation } from './organisation.ts';

/** Which organisations to list; every part that is set must hold. */
export interface ListFilter {
  /** The code's beginning, or a part of the name. */
  readonly text?: string | undefined;
  /** Only those whose access to this module is open at `now`. */
  readonly module?: ModuleKey | undefined;
  /** Only those with open access (to `module`, if set) that ends at or before this moment. */
  readonly endsBy?: Date | undefined;
  readonly now: Date;
}

/** A stretch of the list in the order of codes; without a limit, all of it. */
export interface Page {
  readonly limit?: number | undefined;
  /** Begin behind this code. */
  readonly after?: string | undefined;
}

export interface ListedOrganisation {
  readonly code: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly modules: readonly ListedAccess[];
}

export interface ListedAccess {
  readonly key: string;
  readonly status: AccessStatus;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
}

/** Organisations with their access, in two queries whatever their number. */
export async function listOrganisations(
  platform: Knex,
  filter: ListFilter,
  page: Page = {},
): Promise<ListedOrganisation[]> {
  const chosen = () => Organisation.query(platform).modify(stretch, filter, page);
  const [organisations, access] = await Promise.all([
    chosen().select('id', 'code', 'name', 'createdAt').orderBy('code'),
    Entitlement.query(platform)
      .select('organization_id', 'module_key', 'status', 'valid_from', 'valid_until')
      .modify((query) => {
        if (!everything(filter, page)) query.whereIn('organization_id', chosen().select('id').orderBy('code'));
      }),
  ]);
  const byOrganisation = Map.groupBy(access, ({ organizationId }) => organizationId);
  return organisations.map(({ id, code, name, createdAt }) => ({
    code,
    name,
    createdAt,
    modules: inRunbookOrder((byOrganisation.get(id) ?? []).map(listed)),
  }));
}

/** How many organisations the filter leaves. */
export async function countOrganisations(platform: Knex, filter: ListFilter): Promise<number> {
  return Organisation.query(platform).modify(filtered, filter).resultSize();
}

function everything({ text, module, endsBy }: ListFilter, { limit, after }: Page): boolean {
  return !text && !module && !endsBy && limit === undefined && !after;
}

function stretch(query: QueryBuilder<Organisation, Organisation[]>, filter: ListFilter, { limit, after }: Page): void {
  filtered(query, filter);
  if (after) query.where('code', '>', after);
  if (limit !== undefined) query.orderBy('code').limit(limit);
}

function filtered(query: QueryBuilder<Organisation, Organisation[]>, { text, module, endsBy, now }: ListFilter): void {
  matching(query, text ?? '');
  if (!module && !endsBy) return;
  const open = Entitlement.query()
    .where({ status: 'active' })
    .where((lasting) => lasting.whereNull('valid_until').orWhere('valid_until', '>=', now))
    .modify((access) => {
      if (module) access.where('module_key', module);
      if (endsBy) access.where('valid_until', '<=', endsBy);
    });
  query.whereIn('id', open.select('organization_id'));
}

function listed({ moduleKey, status, validFrom, validUntil }: Entitlement): ListedAccess {
  return { key: moduleKey, status, validFrom, validUntil };
}

/** In the order in which people list the modules; ones that CapOps does not know come last. */
export function inRunbookOrder(access: readonly ListedAccess[]): ListedAccess[] {
  const rank = (key: string) => (MODULE_KEYS as readonly string[]).indexOf(key) >>> 0;
  return access.toSorted((a, b) => rank(a.key) - rank(b.key) || (a.key < b.key ? -1 : 1));
}
