import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../src/domain/plain-sql-refusals.ts';
import { roleUse } from '../../src/domain/plain-sql-roles.ts';
import { openSqlScanner } from '../../src/domain/plain-sql-scanner.ts';

function refusals(sql: string | Buffer): string[] {
  const scanner = openSqlScanner();
  const pieces = [...scanner.push(Buffer.from(sql as string)), ...scanner.end()];
  return pieces.map(refusalOf).filter((refusal) => refusal !== undefined);
}

describe('Of a dump from elsewhere is refused', () => {
  test.each([
    ['\\! touch /tmp/x', 'a command to psql'],
    ['\\connect live', 'a command to psql'],
    ['\\c live', 'a command to psql'],
    ['\\i /etc/passwd', 'a command to psql'],
    ['\\copy t from program id', 'a command to psql'],
    ['\\restrict a b', 'a command to psql'],
    ['SELECT 1 \\gexec', 'a psql command within a statement'],
    ['SELECT 1 \\; DROP DATABASE live;', 'a psql command within a statement'],
    ['CREATE DATABASE d;', 'a database'],
    ['DROP DATABASE live;', 'a database'],
    ['drop/**/database if exists live;', 'a database'],
    ['DROP -- so\r\n\tDATABASE live;', 'a database'],
    ['dRoP/* /* */ */DaTaBaSe "live";', 'a database'],
    ['ALTER DATABASE live SET search_path = x;', 'a database'],
    ['GRANT ALL ON DATABASE live TO PUBLIC;', 'a database'],
    ['COMMENT ON DATABASE live IS NULL;', 'a database'],
    ['CREATE ROLE evil SUPERUSER;', 'a role'],
    ['ALTER USER postgres PASSWORD NULL;', 'a role'],
    ['DROP GROUP g;', 'a role'],
    ['REASSIGN OWNED BY a TO b;', 'a role'],
    ['DROP OWNED BY a;', 'a role'],
    ['SET ROLE postgres;', 'another role'],
    ['SET LOCAL SESSION AUTHORIZATION postgres;', 'another role'],
    ['RESET ROLE ;', 'another role'],
    ['SET SESSION AUTHORIZATION postgres;', 'another role'],
    ['GRANT postgres TO evil;', 'pg_dump does not write this'],
    ["COPY t FROM PROGRAM 'id';", 'a program on the database’s server'],
    ["copy t (a) from/**/program\n'id';", 'a program on the database’s server'],
    ["COPY (SELECT 1) TO PROGRAM 'id';", 'a program on the database’s server'],
    ["COPY t FROM '/etc/passwd';", 'a file on the database’s server'],
    ["COPY t TO E'/tmp/x';", 'a file on the database’s server'],
    ['COPY t TO stdout;', 'copies from stdin alone'],
    ['COPY t FROM stdin WITH (FORMAT csv);', 'copies from stdin alone'],
    ["LOAD 'lib';", 'a library'],
    ["ALTER SYSTEM SET archive_command = 'id';", 'settings'],
    ['CREATE SERVER s FOREIGN DATA WRAPPER dblink_fdw;', 'other servers'],
    ['CREATE USER MAPPING FOR PUBLIC SERVER s;', 'other servers'],
    ["CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p;", 'other servers'],
    ['CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();', 'whenever anybody changes'],
    ['CREATE TRUSTED LANGUAGE plperl;', 'a language'],
    ["CREATE TABLESPACE t LOCATION '/';", 'places files'],
    ['DO $$BEGIN END$$;', 'it runs code'],
    ['CALL f();', 'it runs code'],
    ["SELECT pg_read_file('/etc/passwd');", 'it runs code'],
    ["SELECT pg_catalog.setval('a', (SELECT 1), true);", 'it runs code'],
    ["SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false);", 'this setting'],
    ['SET standard_conforming_strings = off;', 'how texts are read'],
    ["SET client_encoding = 'SJIS';", 'two ways'],
    ['SET session_replication_role = replica;', 'this setting'],
    ["CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'f';", 'its language'],
    ["CREATE FUNCTION f() RETURNS int AS 'lib', 'f' LANGUAGE 'c';", 'its language'],
    ['VACUUM;', 'pg_dump does not write this'],
    ['DROP DATABASE live', 'does not end'],
    ['COPY t FROM stdin; DROP DATABASE live;\n\\.\n', 'behind a COPY in its line'],
    ['SELECT 1;\0', 'a NUL byte'],
  ])('%j', (sql, why) => {
    expect(refusals(`SET row_security = off;\n${sql}\n`).join(' ')).toContain(why);
    expect(refusals(`\ufeff${sql}\r\n`).join(' ')).toContain(why);
  });

  test('what stands behind very much that is harmless', () => {
    for (const harmless of [
      `-- ${'x'.repeat(3_000_000)}`,
      `INSERT INTO t VALUES ('${'y'.repeat(3_000_000)}');`,
      ' '.repeat(3_000_000),
    ])
      expect(refusals(`${harmless}\nDROP DATABASE live;`).join(' ')).toContain('a database');
    expect(refusals(`DROP/*${'x'.repeat(3_000_000)}*/DATABASE live;`)).not.toEqual([]);
  });

  test('nothing that pg_dump writes', () => {
    expect(
      refusals(`\\restrict aB1
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET default_tablespace = '';
CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $_$
BEGIN
\\! touch /tmp/x
DROP DATABASE live;
END $_$;
COPY public.t (a, "B") FROM stdin;
\\! touch /tmp/x
DROP DATABASE live;
COPY t FROM PROGRAM 'id';
\\.
INSERT INTO public.t VALUES ('\\! id
DROP DATABASE live;', 2);
SELECT pg_catalog.setval('public.t_id_seq', 1, true);
SELECT pg_catalog.lo_create('4711');
BEGIN;
SELECT pg_catalog.lo_open('4711', 131072);
SELECT pg_catalog.lowrite(0, '\\x${'ab'.repeat(16_384)}');
SELECT pg_catalog.lo_close(0);
COMMIT;
ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
GRANT SELECT ON TABLE public.t TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA public GRANT SELECT ON TABLES TO b;
COMMENT ON EXTENSION hstore IS 'x';
\\unrestrict aB1
`),
    ).toEqual([]);
  });
});

describe('Whom a statement gives to', () => {
  test.each([
    ['ALTER TABLE public.t OWNER TO bob;', 'owner', ['bob']],
    ['ALTER FUNCTION public.f(a numeric(3,2), b "x y") OWNER TO "Bob ""x";', 'owner', ['Bob "x']],
    ['ALTER OPERATOR public.=== (int, int) OWNER TO x;', 'owner', ['x']],
    ['ALTER OPERATOR CLASS public.c USING btree OWNER TO x;', 'owner', ['x']],
    ['ALTER LARGE OBJECT 12 OWNER TO x;', 'owner', ['x']],
    ['GRANT SELECT(a,b) ON TABLE public.t TO X WITH GRANT OPTION;', 'grant', ['x']],
    ['REVOKE ALL ON SCHEMA public FROM PUBLIC;', 'grant', []],
    ['GRANT ALL ON TABLE t TO GROUP g;', 'grant', ['g']],
    ['ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA public REVOKE ALL ON TABLES FROM b;', 'grant', ['a', 'b']],
    ['CREATE POLICY p ON public.t FOR SELECT TO "A b", c USING ((a = 1));', 'policy', ['A b', 'c']],
    ['SET SESSION AUTHORIZATION joe;', 'session', ['joe']],
  ])('%s', (sql, kind, roles) => {
    expect(roleUse(sql)).toMatchObject({ kind, roles });
  });

  test('is asked of statements alone that do nothing else', () => {
    expect(roleUse('ALTER TABLE t ADD COLUMN c int DEFAULT evil(), OWNER TO bob;')).toBeUndefined();
    expect(roleUse('ALTER TABLE t DISABLE TRIGGER ALL, OWNER TO bob;')).toBeUndefined();
    expect(roleUse('CREATE TABLE t (a int);')).toBeUndefined();
  });
});
