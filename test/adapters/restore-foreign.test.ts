import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openForeignRole } from '../../src/adapters/foreign-role.ts';
import { findPgPrograms } from '../../src/adapters/pg-programs.ts';
import { restorePlain } from '../../src/adapters/restore-run.ts';
import { ProgramError, UserError } from '../../src/errors.ts';
import { onServer } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import {
  contentOf,
  databaseWith,
  fakePrograms,
  programs,
  query,
  realFolder,
  removeFolders,
  run,
  type TestDatabase,
} from './dump-stage.ts';
import { at, bytesOf, emptyDatabase, openFolder, pgDump, refused, restored, restoreTools } from './restore-stage.ts';

const LIVE = `CREATE TABLE bait (column_one int, column_two text, column_three text, column_four text);
  INSERT INTO bait SELECT n, 'a', 'b', 'c' FROM generate_series(1, 50) n;`;
const FOREIGN = { trust: 'foreign' } as const;

describe('A dump from elsewhere', () => {
  const folder = openFolder();
  const mark = folder.path('it-ran');
  let live: TestDatabase;
  let plain = '';
  beforeAll(async () => {
    live = await databaseWith(LIVE);
    plain = readFileSync(await pgDump(live.url, folder.path('plain')), 'utf8');
  });
  afterAll(async () => {
    expect(existsSync(mark)).toBe(false);
    expect(programs()).toEqual([]);
    expect(await foreignRoles()).toEqual([]);
    await live.drop();
    removeFolders();
    folder.remove();
  });

  const foreignRoles = () =>
    query(
      live.url,
      "SELECT rolname FROM pg_roles r JOIN pg_database d ON d.datdba = r.oid WHERE rolname LIKE 'capops_foreign_%' AND datname LIKE 'restore_%'",
    );
  const isUntouched = async () =>
    expect(await query(live.url, 'SELECT count(*)::int AS n FROM bait')).toEqual([{ n: 50 }]);
  /** The dump with a line put in before its rows. */
  const withLine = (line: string) => plain.replace('COPY public.bait', `${line}\n\nCOPY public.bait`);

  for (const format of ['p', 'c']) {
    itNeeds('postgresClient', `made with -C --clean leaves the live database alone (-F${format})`, async () => {
      const file = await pgDump(live.url, folder.path(`clean-${format}`), '-C', '--clean', `-F${format}`);
      if (format === 'c') {
        // pg_restore leaves out what changes databases.
        await restored(at(file), FOREIGN, async (database) => {
          expect(await query(database.url, 'SELECT count(*)::int AS n FROM bait')).toEqual([{ n: 50 }]);
        });
      } else {
        for (const trust of ['foreign', 'ours'] as const) {
          const { error, tables } = await refused(at(file), { trust });
          expect(error).toBeInstanceOf(UserError);
          expect(error.message).toContain('it would leave the database that it is restored into');
          expect(tables).toBe(0);
        }
      }
      await isUntouched();
    });
  }

  itNeeds('postgresClient', 'is refused before anything of it runs', async () => {
    const lines = [
      `\\! touch ${mark}`,
      `COPY public.bait (column_two) FROM PROGRAM 'touch ${mark}';`,
      `dRop /* -- */ database "${live.name}";`,
      `\\connect ${live.name}`,
      'CREATE ROLE evil SUPERUSER;',
    ];
    for (const line of lines) {
      const { error, tables } = await refused(at(folder.file('attack', withLine(line))), FOREIGN);
      expect(error, line).toBeInstanceOf(UserError);
      expect(error.message, line).toMatch(/^Line \d+ is refused, for it/m);
      expect(tables).toBe(0);
    }
    await isUntouched();
  });

  itNeeds('postgresClient', 'is refused where it has no end, or an end that is not its own', async () => {
    for (const text of [
      plain.slice(0, plain.length / 2),
      plain.replace(/\\unrestrict \w+/, ''),
      `${plain}\nDROP TABLE bait;\n`,
    ]) {
      const { error, tables } = await refused(at(folder.file('cut', text)), FOREIGN);
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toMatch(/^cut is not whole\. It was cut off/);
      expect(tables).toBe(0);
    }
  });

  itNeeds('postgresClient', 'whose rows look like commands is restored', async () => {
    const odd =
      await databaseWith(`CREATE TABLE bait (t text); CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '
\\! touch ${mark}
' $$; INSERT INTO bait VALUES (E'\\\\! touch ${mark}'), (E'DROP DATABASE ${live.name};'), (E'\\n\\\\.\\n')`);
    await onServer('CREATE ROLE foreign_heir');
    for (const format of ['-Fp', '-Fc', '--inserts']) {
      const file = await pgDump(odd.url, folder.path(`odd${format}`), format);
      await restored(at(file), { ...FOREIGN, owner: 'foreign_heir' }, async (database) => {
        expect((await contentOf(database.url)).replaceAll('foreign_heir', 'postgres')).toBe(await contentOf(odd.url));
      });
    }
    await onServer('DROP ROLE foreign_heir');
    await odd.drop();
  });

  itNeeds('postgresClient', 'as an archive is refused for what its table of contents would run', async () => {
    const file = await pgDump(live.url, folder.path('archive'), '-Fc');
    const bytes = bytesOf(file).toString('latin1');
    const copy = 'COPY public.bait (column_one, column_two, column_three, column_four) FROM stdin;\n';
    const attack = `COPY public.bait FROM PROGRAM 'echo>${mark}';`.padEnd(copy.length - 1);
    expect(attack.length).toBe(copy.length - 1);
    const forged = folder.file('forged', Buffer.from(bytes.replace(copy, `${attack}\n`), 'latin1'));
    const { error, tables } = await refused(at(forged), FOREIGN);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('it runs a program on the database’s server');
    expect(tables).toBe(0);
  });

  itNeeds('postgresClient', 'that the scanner reads otherwise than psql runs no command', async () => {
    // A default that changes how psql reads texts, and then a text that is one to us, and ends earlier for psql.
    const trick = `CREATE TABLE public.trick (a text DEFAULT set_config('standard_conforming_strings', 'off', false), b text);
INSERT INTO public.trick DEFAULT VALUES;
INSERT INTO public.trick VALUES ('\\', '
\\! touch ${mark}
--');`;
    const { error, tables } = await refused(at(folder.file('trick', withLine(trick))), FOREIGN);
    expect(error).toBeInstanceOf(ProgramError);
    expect(error.message).toContain('restricted');
    expect(tables).toBe(0);
  });

  itNeeds('postgresClient', 'belongs to its owner afterwards, and leaves no role and no setting', async () => {
    await onServer('CREATE ROLE foreign_one', 'CREATE ROLE foreign_super SUPERUSER');
    const given = await databaseWith(`${LIVE} CREATE TABLE kept (n int); ALTER TABLE bait OWNER TO foreign_one;
      CREATE TABLE high (n int); ALTER TABLE high OWNER TO foreign_super; GRANT SELECT ON kept TO foreign_one;
      GRANT ALL ON kept TO foreign_super`);
    for (const format of ['-Fp', '-Fc']) {
      const file = await pgDump(given.url, folder.path(`given${format}`), format);
      await restored(at(file), { ...FOREIGN, owner: 'foreign_one' }, async (database, facts) => {
        const tables = "SELECT tablename AS t, tableowner AS o FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
        expect(await query(database.url, tables)).toEqual([
          { t: 'bait', o: 'foreign_one' },
          { t: 'high', o: 'foreign_one' },
          { t: 'kept', o: 'foreign_one' },
        ]);
        const [{ acl } = {}] = await query(
          database.url,
          "SELECT relacl::text AS acl FROM pg_class WHERE relname = 'kept'",
        );
        expect(acl).not.toContain('foreign_super');
        expect(facts.closedRoles).toEqual(['foreign_super', 'postgres']);
        const [{ owner } = {}] = await query(
          database.url,
          'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = current_database()',
        );
        expect(owner).toBe('postgres');
      });
    }
    await given.drop();
    await onServer('DROP ROLE foreign_one', 'DROP ROLE foreign_super');
  });

  itNeeds('postgresClient', 'with code of its own gets no superuser for an owner', async () => {
    const coded = await databaseWith("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    const file = await pgDump(coded.url, folder.path('coded'), '-Fc');
    const { error } = await refused(at(file), FOREIGN);
    expect(error.message).toContain('It brings code (FUNCTION public.f), which would belong to the superuser postgres');
    await coded.drop();
  });

  itNeeds('postgresClient', 'gives a superuser no code that nobody saw in it', async () => {
    const typed = await databaseWith(
      'CREATE TYPE span AS RANGE (subtype = int); CREATE EXTENSION citext; CREATE TABLE t (n int)',
    );
    const file = await pgDump(typed.url, folder.path('typed'), '-Fc');
    // What PostgreSQL makes itself for types and extensions is no code of the dump.
    await restored(at(file), FOREIGN, async ({ url }) => {
      expect(await query(url, "SELECT pg_get_userbyid(typowner) AS o FROM pg_type WHERE typname = 'span'")).toEqual([
        { o: 'postgres' },
      ]);
    });
    const evil = "CREATE FUNCTION public.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'";
    const pgBin = fakePrograms({ psql: `{ cat; echo "${evil};"; } | "$real/psql" "$@"` });
    const { error } = await refused(at(file), FOREIGN, restoreTools({ pgBin }));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(
      /^It brought code \((public\.)?evil\(\)\), which would belong to the superuser postgres/,
    );
    await typed.drop();
  });
});

describe('The role of a dump from elsewhere', () => {
  const folder = openFolder();
  const mark = folder.path('it-ran');
  let live: TestDatabase;
  let scratch: TestDatabase;
  beforeAll(async () => {
    live = await databaseWith(LIVE);
    scratch = await emptyDatabase();
  });
  afterAll(async () => {
    await live.drop();
    await scratch.drop();
    folder.remove();
  });

  itNeeds('postgresClient', 'may do nothing outside its database, whatever it runs', async () => {
    const role = await openForeignRole(scratch.url, { sessions: 3 });
    const attacks = [
      `DROP DATABASE "${live.name}"`,
      `ALTER DATABASE "${live.name}" RENAME TO gone`,
      `ALTER DATABASE "${live.name}" SET search_path = evil`,
      'CREATE DATABASE restore_evil',
      'CREATE ROLE evil',
      `ALTER ROLE ${role.name} SUPERUSER`,
      'ALTER ROLE postgres PASSWORD NULL',
      `GRANT pg_execute_server_program TO ${role.name}`,
      'SET ROLE postgres',
      'SET SESSION AUTHORIZATION postgres',
      `CREATE TABLE t (a text); COPY t FROM PROGRAM 'touch ${mark}'`,
      `COPY (SELECT 1) TO PROGRAM 'touch ${mark}'`,
      `COPY (SELECT 1) TO '${mark}'`,
      "CREATE TABLE u (a text); COPY u FROM '/etc/passwd'",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT lo_import('/etc/passwd')",
      "ALTER SYSTEM SET archive_command = 'true'",
      "LOAD '/usr/lib/postgresql/15/lib/plpgsql.so'",
      "CREATE FUNCTION c() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
      'CREATE EXTENSION dblink',
      'CREATE EXTENSION file_fdw',
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    ];
    for (const attack of attacks) {
      const tried = await query(role.url, attack).catch((error: Error) => error);
      expect(tried, attack).toBeInstanceOf(Error);
      expect(String(tried), attack).toMatch(
        /permission denied|must be|must have|could not access|not a member|only superusers|access to library|directory|cannot/i,
      );
    }
    await query(role.url, `CREATE TABLE mine (n int); ALTER DATABASE "${scratch.name}" SET search_path = evil`);
    await role.handOver('postgres');
    expect(existsSync(mark)).toBe(false);
    expect(await query(live.url, 'SELECT count(*)::int AS n FROM bait')).toEqual([{ n: 50 }]);
    expect(await query(scratch.url, "SELECT tableowner AS o FROM pg_tables WHERE tablename = 'mine'")).toEqual([
      { o: 'postgres' },
    ]);
    expect(await query(scratch.url, 'SHOW search_path')).toEqual([{ search_path: '"$user", public' }]);
    expect(await query(live.url, `SELECT FROM pg_roles WHERE rolname = '${role.name}'`)).toEqual([]);
  });

  itNeeds('postgresClient', 'is made and removed by an administrator who is no superuser', async () => {
    await onServer("CREATE ROLE foreign_admin LOGIN CREATEROLE CREATEDB PASSWORD 'x'");
    const file = await pgDump(live.url, folder.path('live'), '-Fc');
    const database = await emptyDatabase();
    await onServer(`ALTER DATABASE ${database.name} OWNER TO foreign_admin`);
    const url = Object.assign(new URL(database.url), { username: 'foreign_admin', password: 'x' }).href;
    const facts = await restoreTools().restore(url, at(file), FOREIGN);
    expect(facts).toMatchObject({ closedRoles: ['postgres'], warnings: [], jobs: 1 });
    expect(await query(url, "SELECT tableowner AS o FROM pg_tables WHERE tablename = 'bait'")).toEqual([
      { o: 'foreign_admin' },
    ]);
    expect(await query(url, 'SELECT count(*)::int AS n FROM bait')).toEqual([{ n: 50 }]);
    const [{ n } = {}] = await query(
      live.url,
      "SELECT count(*)::int AS n FROM pg_auth_members WHERE member = 'foreign_admin'::regrole",
    );
    expect(n).toBe(0);
    await query(live.url, 'ALTER ROLE foreign_admin NOCREATEROLE');
    await database.drop();
    const next = await emptyDatabase();
    const other = Object.assign(new URL(next.url), { username: 'foreign_admin', password: 'x' }).href;
    await expect(restoreTools().restore(other, at(file), FOREIGN)).rejects.toThrow('foreign_admin may make none');
    await next.drop();
    await onServer('DROP ROLE foreign_admin');
  });

  itNeeds('postgresClient', 'has a password that the server never heard', async () => {
    const role = await openForeignRole(scratch.url, { sessions: 2 });
    const [{ rolpassword } = {}] = await query(
      live.url,
      `SELECT rolpassword FROM pg_authid WHERE rolname = '${role.name}'`,
    );
    expect(rolpassword).toMatch(/^SCRAM-SHA-256\$/);
    expect(await query(role.url, 'SELECT current_user AS me')).toEqual([{ me: role.name }]);
    await role.abandon();
    await expect(query(role.url, 'SELECT 1')).rejects.toThrow();
  });

  itNeeds('postgresClient', 'is swept with all that it owns when its restore was killed, and not before', async () => {
    const role = await openForeignRole(scratch.url, { sessions: 2 });
    await query(role.url, 'CREATE TABLE left_over (n int)');
    const exists = async () =>
      (await query(live.url, `SELECT FROM pg_roles WHERE rolname = '${role.name}'`)).length === 1;
    await restoreTools().sweepForeignRoles(live.url);
    expect(await exists()).toBe(true);
    await query(
      live.url,
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '${role.name}'`,
    );
    expect(await restoreTools().sweepForeignRoles(live.url)).toBeGreaterThan(0);
    expect(await exists()).toBe(false);
    expect(await query(scratch.url, "SELECT FROM pg_tables WHERE tablename = 'left_over'")).toEqual([]);
  });

  itNeeds(
    'postgresClient',
    'runs through a psql that takes no command, should the scanner let one through',
    async () => {
      const [pg] = await findPgPrograms({ pgBin: realFolder(), environment: {} });
      if (!pg) throw new Error('No psql');
      // What psql itself says, with the same first line.
      const said = await run('sh', [
        '-c',
        `printf '\\\\restrict word\n\\\\! touch ${mark}\n\\\\connect ${live.name}\n' | "$0" -X -v ON_ERROR_STOP=1 "$1" 2>&1 || true`,
        join(realFolder(), 'psql'),
        scratch.url,
      ]);
      expect(said).toContain('restricted');
      const content = (async function* () {
        yield Buffer.from(`\\! touch ${mark}\n`);
      })();
      const programsGiven = { pgBin: undefined, environment: { PATH: process.env.PATH ?? '' } };
      const run2 = restorePlain(content, {
        url: scratch.url,
        pg,
        programs: programsGiven,
        serverMajor: 15,
        hasRestrict: true,
      });
      await expect(run2).rejects.toThrow('The dump holds a command to psql.');
      expect(existsSync(mark)).toBe(false);
    },
  );
});
