import { quotedName, quotedText } from './sql-quoting.ts';

/** What is moved aside within one database, and what it is called then. */
export interface Aside {
  /** The platform's schemas, and the name of each while it stands aside. */
  readonly schemas: readonly { readonly name: string; readonly aside: string }[];
  /** Extensions that live in `public`, which stay where the platform finds them. */
  readonly extensions: readonly string[];
}

/** Where extensions wait while schemas change their names. */
const WAITING = 'capops_waiting';

const PUBLIC = 'CREATE SCHEMA IF NOT EXISTS public;';

/** Moves the schemas aside, so that a dump finds their names free. To run in one transaction with the dump. */
export function asideSql({ schemas, extensions }: Aside): string {
  return [
    PUBLIC,
    ...outOfPublic(extensions),
    ...schemas.map(({ name, aside }) => rename(name, aside)),
    // pg_dump takes it that this one is there, as PostgreSQL makes it.
    PUBLIC,
    publicRights(schemas.find(({ name }) => name === 'public')?.aside),
    ...backIntoPublic(extensions),
  ].join('\n');
}

/** The same owner as before, where we may; and for everybody what PostgreSQL gives in a new database. */
function publicRights(aside: string | undefined): string {
  const former = `SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = ${quotedText(aside ?? '')}`;
  return [
    'DO $capops$ BEGIN',
    "IF current_setting('server_version_num')::int < 150000 THEN GRANT CREATE ON SCHEMA public TO PUBLIC; END IF;",
    'GRANT USAGE ON SCHEMA public TO PUBLIC;',
    `BEGIN EXECUTE format('ALTER SCHEMA public OWNER TO %I', coalesce((${former}), current_user));`,
    'EXCEPTION WHEN insufficient_privilege THEN NULL; END;',
    'END $capops$;',
  ].join('\n');
}

/** Puts back what stands aside, and moves what is there now aside in its turn. All of it in one transaction. */
export function putBackSql({ schemas, extensions }: Aside, now: Aside['schemas']): string {
  return [
    ...outOfPublic(extensions),
    ...now.map(({ name, aside }) => rename(name, aside)),
    ...schemas.map(({ name, aside }) => rename(aside, name)),
    ...backIntoPublic(extensions),
  ].join('\n');
}

/** Removes what stands aside, with all in it. */
export function dropAsideSql(names: readonly string[]): string {
  return names.map((aside) => `DROP SCHEMA IF EXISTS ${quotedName(aside)} CASCADE;`).join('\n');
}

/** Fails, and so undoes all, where a table has another number of rows than it should. Names are as PostgreSQL writes them. */
export function countsSql(tables: Readonly<Record<string, number>>): string {
  const each = Object.entries(tables).map(
    ([name, rows]) =>
      `SELECT count(*) INTO found FROM ONLY ${name}; IF found <> ${rows} THEN RAISE EXCEPTION '% has % rows instead of ${rows}', ${quotedText(name)}, found; END IF;`,
  );
  return ['DO $capops$ DECLARE found bigint; BEGIN', ...each, 'END $capops$;', 'ANALYZE;'].join('\n');
}

function outOfPublic(extensions: Aside['extensions']): string[] {
  if (extensions.length === 0) return [];
  return [`CREATE SCHEMA ${WAITING};`, ...extensions.map((name) => moved(name, WAITING))];
}

function backIntoPublic(extensions: Aside['extensions']): string[] {
  if (extensions.length === 0) return [];
  return [...extensions.map((name) => moved(name, 'public')), `DROP SCHEMA ${WAITING};`];
}

function moved(extension: string, schema: string): string {
  return `ALTER EXTENSION ${quotedName(extension)} SET SCHEMA ${schema};`;
}

function rename(from: string, to: string): string {
  return `ALTER SCHEMA ${quotedName(from)} RENAME TO ${quotedName(to)};`;
}
