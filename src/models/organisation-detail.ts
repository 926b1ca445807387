import type { Knex } from 'knex';
import { raw } from 'objection';
import { Organisation } from './organisation.ts';
import { inRunbookOrder, type ListedAccess, type ListedOrganisation } from './organisation-list.ts';

/** One change of access, as the platform recorded it. */
export interface RecordedChange {
  readonly at: Date;
  readonly module: string;
  readonly action: string;
  readonly by: string;
  readonly reason: string | null;
}

export interface OrganisationDetail extends ListedOrganisation {
  /** The newest changes of its access, newest first. */
  readonly changes: readonly RecordedChange[];
}

/** Rows as JSON, in which the platform's timestamps are texts without a zone. */
interface DetailRow {
  readonly access: readonly (Omit<ListedAccess, 'validFrom' | 'validUntil'> & {
    validFrom: string;
    validUntil: string | null;
  })[];
  readonly changes: readonly (Omit<RecordedChange, 'at'> & { at: string })[];
}

const ACCESS = `(SELECT coalesce(json_agg(json_build_object('key', module_key, 'status', status, 'validFrom', valid_from, 'validUntil', valid_until)), '[]')
  FROM entitlement.entitlements WHERE organization_id = organizations.id) AS access`;
const CHANGES = `(SELECT coalesce(json_agg(json_build_object('at', performed_at, 'module', module_key, 'action', action, 'by', performed_by, 'reason', reason)), '[]')
  FROM (SELECT * FROM entitlement.entitlement_audits WHERE organization_id = organizations.id ORDER BY performed_at DESC, id LIMIT ?) AS newest) AS changes`;

/** An organisation with its access and its last changes, in one statement. Undefined when no organisation has the code. */
export async function organisationDetail(
  platform: Knex,
  code: string,
  changesLimit: number,
): Promise<OrganisationDetail | undefined> {
  const found = await Organisation.query(platform)
    .findOne({ code })
    .select('code', 'name', 'createdAt', raw(ACCESS), raw(CHANGES, [changesLimit]));
  if (!found) return undefined;
  const { access, changes } = found as unknown as DetailRow;
  return {
    code: found.code,
    name: found.name,
    createdAt: found.createdAt,
    modules: inRunbookOrder(
      access.map((row) => ({
        ...row,
        validFrom: utc(row.validFrom),
        validUntil: row.validUntil === null || row.validUntil === 'infinity' ? null : utc(row.validUntil),
      })),
    ),
    changes: changes.map((row) => ({ ...row, at: utc(row.at) })),
  };
}

function utc(text: string): Date {
  return new Date(`${text}Z`);
}
