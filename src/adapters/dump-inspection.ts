import { availableParallelism } from 'node:os';
import type { Client } from 'pg';
import type { Programs } from '../config/programs.ts';
import { DUMPED } from '../domain/dumped-tables.ts';
import type { DatabaseInspection } from '../ports.ts';
import { findPgPrograms, forServer, newest, onPath, type PgPrograms } from './pg-programs.ts';

const SHOWN = 5;
/** More sessions at once than this would burden a server that others use, for little. */
const MOST_JOBS = 8;

/** Each becomes a file of its own in the directory format; more than these make nothing but work for the disk. */
const MANY_LARGE_OBJECTS = 1000;

const LOOK = `
  SELECT current_database() AS database, current_user AS name, r.rolsuper AS "isSuperuser",
    split_part(current_setting('server_version'), ' ', 1) AS version, current_setting('server_version_num')::int / 10000 AS major,
    pg_database_size(current_database())::float8 AS "sizeBytes",
    (SELECT count(*) FROM (SELECT FROM pg_largeobject_metadata LIMIT ${MANY_LARGE_OBJECTS + 1}) AS objects) > ${MANY_LARGE_OBJECTS} AS "hasManyLargeObjects"
  FROM pg_roles r WHERE r.rolname = current_user`;

// Partitioned tables are locked and sequences are read by pg_dump too.
const UNSEEN = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name,
    has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS "isReadable",
    c.relkind = 'r' AND row_security_active(c.oid) AS "isFiltered"
  ${DUMPED} AND c.relkind IN ('r', 'p', 'S')
    AND (NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')) OR row_security_active(c.oid))
  ORDER BY 1`;

interface Looked {
  readonly database: string;
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly version: string;
  readonly major: number;
  readonly sizeBytes: number;
  readonly hasManyLargeObjects: boolean;
}

/** What a dump would meet, and the programs that would make it. */
export interface Inspected {
  readonly inspection: Omit<DatabaseInspection, 'roomBytes'>;
  readonly pg: PgPrograms | undefined;
  /** The compressor's path; undefined: Node does it. */
  readonly zstd: string | undefined;
}

export async function inspectDatabase(client: Client, programs: Programs): Promise<Inspected> {
  const found = await findPgPrograms(programs);
  const looked: Looked = (await client.query(LOOK)).rows[0];
  const unseen: Unseen[] = (await client.query(UNSEEN)).rows;
  const pg = forServer(found, looked.major);
  const zstd = onPath('zstd', programs);
  const { database, name, isSuperuser, version: serverVersion, sizeBytes, hasManyLargeObjects } = looked;
  const obstacles = [!pg && tooOld(looked, found, programs), unreadable(name, unseen), filtered(name, unseen)].filter(
    (obstacle) => typeof obstacle === 'string',
  );
  return {
    inspection: {
      database,
      user: { name, isSuperuser },
      serverVersion,
      pgDumpVersion: pg?.version,
      zstd: zstd === undefined ? 'node' : 'program',
      sizeBytes,
      hasManyLargeObjects,
      jobs: Math.min(availableParallelism(), MOST_JOBS),
      obstacles,
    },
    pg,
    zstd,
  };
}

interface Unseen {
  readonly name: string;
  readonly isReadable: boolean;
  readonly isFiltered: boolean;
}

function tooOld({ version, major }: Looked, found: readonly PgPrograms[], { pgBin }: Programs): string {
  const there = newest(found);
  const where = pgBin === undefined ? 'here' : `in PG_BIN (${pgBin})`;
  const state = there ? `the newest pg_dump ${where} is ${there.version}` : `there is no pg_dump ${where}`;
  return `The server is PostgreSQL ${version}, and ${state}: a pg_dump of version ${major} or newer is needed. On Debian: sudo apt-get install postgresql-client-${major}. Or let PG_BIN name the folder that holds one.`;
}

function unreadable(user: string, unseen: readonly Unseen[]): string | undefined {
  const names = unseen.filter(({ isReadable }) => !isReadable).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return `The database’s user ${user} may not read ${listed(names)}, which a dump would lack. Let an administrator run: GRANT pg_read_all_data TO ${quoted(user)};`;
}

function filtered(user: string, unseen: readonly Unseen[]): string | undefined {
  const names = unseen.filter(({ isFiltered }) => isFiltered).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return `Row security hides rows of ${listed(names)} from the database’s user ${user}, which a dump would lack. Let an administrator run: ALTER ROLE ${quoted(user)} BYPASSRLS;`;
}

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
