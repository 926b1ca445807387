import type { Knex } from 'knex';
import { isAside } from '../domain/beside-name.ts';

/** What stands against moving the platform's schemas aside, and what would be moved. */
export interface SchemasFound {
  readonly schemas: readonly string[];
  /** Those of `public`. */
  readonly extensions: readonly string[];
  /** In sentences. */
  readonly obstacles: readonly string[];
}

const SCHEMAS = `
  SELECT nspname AS name, pg_has_role(nspowner, 'USAGE') AS "isOurs", pg_get_userbyid(nspowner) AS owner
  FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = pg_namespace.oid AND deptype = 'e')
  ORDER BY nspname`;

const EXTENSIONS = `
  SELECT extname AS name, nspname AS schema, extrelocatable AS "isMovable", pg_has_role(extowner, 'USAGE') AS "isOurs"
  FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
  WHERE nspname NOT LIKE 'pg\\_%' ORDER BY extname`;

const REST = `
  SELECT (SELECT count(*)::int FROM pg_largeobject_metadata) AS "largeObjects",
    (SELECT count(*)::int FROM pg_publication) AS publications, (SELECT count(*)::int FROM pg_event_trigger) AS "eventTriggers",
    has_database_privilege(current_database(), 'CREATE') AS "mayCreate"`;

/** Looks at the schemas that hold the platform's data, of which none that stands aside already. */
export async function findSchemas(platform: Knex): Promise<SchemasFound> {
  const [schemas, extensions, rest] = await Promise.all([
    platform.raw(SCHEMAS),
    platform.raw(EXTENSIONS),
    platform.raw(REST),
  ]);
  const own = schemas.rows.filter(({ name }: { name: string }) => !isAside(name));
  const { largeObjects, publications, eventTriggers, mayCreate } = rest.rows[0];
  return {
    schemas: own.map(({ name }: { name: string }) => name),
    extensions: extensions.rows
      .filter(({ schema }: { schema: string }) => schema === 'public')
      .map(({ name }: { name: string }) => name),
    obstacles: [
      ...own.flatMap(({ name, isOurs, owner }: { name: string; isOurs: boolean; owner: string }) =>
        isOurs ? [] : [`The schema ${name} belongs to ${owner}, and may not be renamed.`],
      ),
      ...extensions.rows.flatMap(extensionObstacle),
      ...(mayCreate ? [] : ['The database’s user may not make schemas (GRANT CREATE ON DATABASE).']),
      ...(largeObjects > 0 ? ['The database holds large objects, which cannot stand beside those of a backup.'] : []),
      ...(publications > 0 ? ['The database has publications, which cannot stand beside those of a backup.'] : []),
      ...(eventTriggers > 0 ? ['The database has event triggers, which cannot stand beside those of a backup.'] : []),
    ],
  };
}

function extensionObstacle(extension: { name: string; schema: string; isMovable: boolean; isOurs: boolean }): string[] {
  const { name, schema, isMovable, isOurs } = extension;
  if (schema !== 'public') return [`The extension ${name} lives in the schema ${schema} of the platform.`];
  if (!isMovable) return [`The extension ${name} cannot be moved out of the schema public while that is renamed.`];
  return isOurs
    ? []
    : [`The extension ${name} belongs to somebody else, and cannot be moved out of the schema public.`];
}

/** Names of all schemas that hold somebody’s data. */
export async function schemaNames(platform: Knex): Promise<string[]> {
  const { rows } = await platform.raw(SCHEMAS);
  return rows.map(({ name }: { name: string }) => name);
}

export async function hasSchema(platform: Knex, name: string): Promise<boolean> {
  const { rows } = await platform.raw('SELECT FROM pg_namespace WHERE nspname = ?', [name]);
  return rows.length > 0;
}

const DUPLICATE_SCHEMA = '42P06';

/** Waits for whoever is about to give a schema this name in a transaction that still runs. */
export async function nameSettled(platform: Knex, name: string): Promise<void> {
  const trx = await platform.transaction();
  try {
    await trx.raw('CREATE SCHEMA ??', [name]);
  } catch (error) {
    if ((error as { code?: string }).code !== DUPLICATE_SCHEMA) throw error;
  } finally {
    await trx.rollback();
  }
}

/** Several statements, all or none. They may take as long as they need once they have their locks. */
export async function runAsOne(platform: Knex, sql: string): Promise<void> {
  await platform.transaction(async (trx) => {
    await trx.raw('SET LOCAL statement_timeout = 0');
    await trx.raw(sql.replaceAll('?', '\\?'));
  });
}
