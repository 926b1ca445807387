import type { Client } from 'pg';
import type { RestoreTarget, TargetExtension, TargetRole } from '../domain/restore-target.ts';

const LOOK = `
  SELECT current_database() AS database, u.rolname AS "user", u.rolsuper AS "isSuperuser",
    u.rolsuper OR u.rolcreaterole AS "mayMakeRoles", pg_get_userbyid(d.datdba) AS owner,
    split_part(current_setting('server_version'), ' ', 1) AS "serverVersion",
    current_setting('server_version_num')::int / 10000 AS major, (SELECT count(*)::int FROM (
      SELECT c.oid, 'pg_class'::regclass AS class FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      UNION ALL SELECT p.oid, 'pg_proc'::regclass FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      UNION ALL SELECT t.oid, 'pg_type'::regclass FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND t.typrelid = 0
      UNION ALL SELECT oid, 'pg_namespace'::regclass FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')) o
      WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')) AS objects
  FROM pg_roles u, pg_database d WHERE u.rolname = current_user AND d.datname = current_database()`;

const ROLES = `
  SELECT r.rolname AS name, r.rolsuper AS "isSuperuser", pg_has_role(current_user, r.oid, 'MEMBER') AS "isOpen"
  FROM pg_roles r WHERE r.rolname = ANY($1)`;

const EXTENSIONS = `
  SELECT a.name, bool_or(a.installed) AS "isThere", bool_or(a.trusted OR NOT a.superuser) AS "isTrusted"
  FROM pg_available_extension_versions a WHERE a.name = ANY($1) GROUP BY a.name`;

export async function lookAtTarget(
  client: Client,
  { roles, extensions }: { readonly roles: readonly string[]; readonly extensions: readonly string[] },
): Promise<RestoreTarget> {
  const { rows } = await client.query(LOOK);
  const known = await client.query<TargetRole>(ROLES, [[...roles, rows[0].owner]]);
  const available = await client.query<TargetExtension>(EXTENSIONS, [extensions]);
  return { ...rows[0], roles: known.rows, extensions: available.rows };
}
