import { type Client, escapeIdentifier, escapeLiteral } from 'pg';

const NOT_ALLOWED = '42501';

/** What belongs to a database and not to what is in it: pg_dump leaves it behind. */
interface Dress {
  readonly owner: string;
  readonly connectionLimit: number;
  readonly comment: string | null;
  /** Whether anything but PostgreSQL's own defaults holds. */
  readonly hasPrivileges: boolean;
}

const DRESS = `
  SELECT pg_get_userbyid(datdba) AS owner, datconnlimit AS "connectionLimit", datacl IS NOT NULL AS "hasPrivileges",
    shobj_description(oid, 'pg_database') AS comment
  FROM pg_database WHERE datname = $1`;

const PRIVILEGES = `
  SELECT CASE WHEN grantee = 0 THEN NULL ELSE pg_get_userbyid(grantee) END AS grantee, privilege_type AS privilege, is_grantable AS "isGrantable"
  FROM pg_database, aclexplode(datacl) WHERE datname = $1`;

const SETTINGS = `
  SELECT CASE WHEN setrole = 0 THEN NULL ELSE pg_get_userbyid(setrole) END AS role,
    split_part(setting, '=', 1) AS name, substr(setting, strpos(setting, '=') + 1) AS value
  FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid, unnest(setconfig) AS setting
  WHERE datname = $1`;

/**
 * Gives one database what belongs to another: owner, privileges, settings, connection limit, comment. Resolves with what its user
 * may not give, in sentences without values, which may be secrets. Where the other is not there, it is open to all.
 */
export async function dressLike(client: Client, name: string, model: string): Promise<string[]> {
  const [dress] = (await client.query<Dress>(DRESS, [model])).rows;
  const database = escapeIdentifier(name);
  if (!dress) {
    await openToAll(client, database);
    return [];
  }
  await client.query(`ALTER DATABASE ${database} OWNER TO ${escapeIdentifier(dress.owner)}`);
  await client.query(`ALTER DATABASE ${database} CONNECTION LIMIT ${dress.connectionLimit}`);
  const comment = dress.comment === null ? 'NULL' : escapeLiteral(dress.comment);
  await client.query(`COMMENT ON DATABASE ${database} IS ${comment}`);
  await copyPrivileges(client, { name, model, dress });
  return copySettings(client, name, model);
}

async function copyPrivileges(
  client: Client,
  { name, model, dress }: { name: string; model: string; dress: Dress },
): Promise<void> {
  const database = escapeIdentifier(name);
  if (!dress.hasPrivileges) {
    await openToAll(client, database);
    return;
  }
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC, ${escapeIdentifier(dress.owner)}`);
  const { rows } = await client.query(PRIVILEGES, [model]);
  for (const { grantee, privilege, isGrantable } of rows) {
    const to = grantee === null ? 'PUBLIC' : escapeIdentifier(grantee);
    const further = isGrantable ? ' WITH GRANT OPTION' : '';
    await client.query(`GRANT ${privilege} ON DATABASE ${database} TO ${to}${further}`);
  }
}

/** PostgreSQL’s own default. */
async function openToAll(client: Client, database: string): Promise<void> {
  await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO PUBLIC`);
}

async function copySettings(client: Client, name: string, model: string): Promise<string[]> {
  const database = escapeIdentifier(name);
  await client.query(`ALTER DATABASE ${database} RESET ALL`);
  const { rows } = await client.query<Setting>(SETTINGS, [model]);
  const missing: string[] = [];
  for (const setting of rows) {
    try {
      await copySetting(client, database, setting);
    } catch (error) {
      await client.query('ROLLBACK');
      const { code, message } = error as Error & { code?: string };
      if (code !== NOT_ALLOWED) throw error;
      const whose = setting.role === null ? 'the database' : `${setting.role} in the database`;
      missing.push(
        `The setting ${setting.name} of ${whose} is not on what is restored: let an administrator give it again (${message}).`,
      );
    }
  }
  return missing;
}

/** Of one database: of all, or of one role in it. */
interface Setting {
  readonly role: string | null;
  readonly name: string;
  readonly value: string;
}

async function copySetting(client: Client, database: string, { role, name, value }: Setting): Promise<void> {
  const whose = role === null ? `DATABASE ${database}` : `ROLE ${escapeIdentifier(role)} IN DATABASE ${database}`;
  // What is a list is quoted in its own way: the server takes it from the session as it stands there.
  await client.query('BEGIN');
  await client.query('SELECT set_config($1, $2, true)', [name, value]);
  await client.query(`ALTER ${whose} SET ${settingName(name)} FROM CURRENT`);
  await client.query('COMMIT');
}

/** `search_path`, or one of somebody's own: `app.tenant`. */
function settingName(name: string): string {
  return name.split('.').map(escapeIdentifier).join('.');
}
