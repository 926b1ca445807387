import { execFileSync } from 'node:child_process';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { onServer } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { contentOf, databaseWith, dumpInto, programs, type TestDatabase, workFolders } from './dump-stage.ts';
import { at, bytesOf, openFolder, pgDump, restored, restoreTools, stored } from './restore-stage.ts';

const RICH = `
  CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION pgcrypto;
  CREATE SCHEMA "Odd ""one"" 🙂"; CREATE SCHEMA empty;
  CREATE TYPE public.mood AS ENUM ('fine', 'so so');
  CREATE TABLE public.people (id bigserial PRIMARY KEY, name citext UNIQUE, mood public.mood, tags hstore,
    upper text GENERATED ALWAYS AS (upper(name::text)) STORED);
  INSERT INTO public.people (name, mood, tags) SELECT 'Zoë ' || n, 'fine', hstore('n', n::text) FROM generate_series(1, 300) n;
  CREATE TABLE "Odd ""one"" 🙂"."Dots.and CAPS; DROP" (a int, b text, "from stdin" text);
  INSERT INTO "Odd ""one"" 🙂"."Dots.and CAPS; DROP" VALUES (1, E'tab\\t, line\\n, \\\\., \\\\! id', E'\\n\\\\.\\n'), (2, NULL, '\\!');
  CREATE TABLE public.days (day date, n int) PARTITION BY RANGE (day);
  CREATE TABLE public.days_old PARTITION OF public.days FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  INSERT INTO public.days SELECT '2025-12-20'::date + n, n FROM generate_series(0, 4) n;
  CREATE TABLE public.hidden AS SELECT n FROM generate_series(1, 10) n;
  ALTER TABLE public.hidden ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON public.hidden TO rich_reader USING (n = 1);
  CREATE TABLE public.identified (id int GENERATED ALWAYS AS IDENTITY, t text);
  INSERT INTO public.identified (t) SELECT 'row' FROM generate_series(1, 7);
  CREATE VIEW public.names AS SELECT name FROM public.people;
  CREATE MATERIALIZED VIEW public.sums AS SELECT count(*) FROM public.people;
  CREATE FUNCTION public.say(text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
    -- A comment;
    RETURN $1; END $f$;
  CREATE FUNCTION public.two() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 ELSE 0 END; SELECT 2; END;
  CREATE FUNCTION public.seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER "Seen" BEFORE INSERT ON public.people FOR EACH ROW EXECUTE FUNCTION public.seen();
  CREATE RULE twice AS ON INSERT TO public.hidden DO ALSO (INSERT INTO public.days VALUES ('2025-01-01', 1); SELECT 2);
  CREATE AGGREGATE public.joined(text) (SFUNC = textcat, STYPE = text);
  CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
  CREATE TEXT SEARCH DICTIONARY public.plain (TEMPLATE = simple);
  CREATE STATISTICS public.counted ON a, b FROM "Odd ""one"" 🙂"."Dots.and CAPS; DROP";
  SELECT lo_from_bytea(4711, decode(repeat('ab', 60000), 'hex')); ALTER LARGE OBJECT 4711 OWNER TO "Rich ""owner""";
  COMMENT ON TABLE public.people IS 'People; and -- more /* of */ them';
  COMMENT ON SCHEMA public IS 'Ours';
  ALTER TABLE public.days OWNER TO "Rich ""owner"""; GRANT SELECT ON public.people TO rich_reader;
  GRANT SELECT (name) ON public.people TO PUBLIC; ALTER FUNCTION public.say(text) OWNER TO "Rich ""owner""";
  REVOKE ALL ON FUNCTION public.say(text) FROM PUBLIC; ALTER OPERATOR public.=== (int, int) OWNER TO "Rich ""owner""";
  ALTER DEFAULT PRIVILEGES FOR ROLE "Rich ""owner""" IN SCHEMA public GRANT SELECT ON TABLES TO rich_reader;`;

const CHANGED = 'zstd';

describe('A restore', () => {
  const folder = openFolder();
  let source: TestDatabase;
  let content = '';
  const dumps: Record<string, string> = {};
  let identity = '';

  beforeAll(async () => {
    await onServer('CREATE ROLE "Rich ""owner"""', 'CREATE ROLE rich_reader', 'CREATE ROLE rich_heir');
    source = await databaseWith(RICH, 'restore rich "🙂"');
    content = await contentOf(source.url);
    dumps.plain = await pgDump(source.url, folder.path('plain.sql'));
    dumps.inserts = await pgDump(source.url, folder.path('inserts.sql'), '--rows-per-insert=100');
    dumps.custom = await pgDump(source.url, folder.path('custom.sql'), '-Fc');
    dumps.tar = await pgDump(source.url, folder.path('tar.backup'), '-Ft');
    dumps.directory = await pgDump(source.url, folder.path('directory'), '-Fd');
    dumps['directory, packed'] = folder.path('packed by tar');
    execFileSync('tar', ['--format=posix', '-cf', dumps['directory, packed'], '-C', folder.path(''), 'directory']);
    dumps['plain, gzip'] = folder.file('plain.bin', execFileSync('gzip', ['-c', dumps.plain]));
    dumps['plain, zstd'] = folder.file('plain.odd name', execFileSync(CHANGED, ['-q', '-c', dumps.plain]));
    dumps['custom, zstd'] = folder.file('no name at all', execFileSync(CHANGED, ['-q', '-c', dumps.custom]));
    dumps['tar, gzip'] = folder.file('tar.tgz', execFileSync('gzip', ['-c', dumps.tar]));
    identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    dumps['custom, zstd, encrypted'] = (
      await dumpInto(source.url, { format: 'custom', compression: 'zstd', recipients })
    ).file;
    dumps['plain, gzip, encrypted'] = (
      await dumpInto(source.url, { format: 'plain', compression: 'gzip', recipients })
    ).file;
    dumps['directory, packed, encrypted'] = (
      await dumpInto(source.url, { format: 'directory', compression: 'none', recipients })
    ).file;
  });
  afterAll(async () => {
    expect(programs()).toEqual([]);
    expect(workFolders()).toEqual([]);
    await source.drop();
    await onServer('DROP ROLE "Rich ""owner"""', 'DROP ROLE rich_reader', 'DROP ROLE rich_heir');
    folder.remove();
  });
  const dump = (name: string) => at(dumps[name] ?? '');

  for (const name of [
    'plain',
    'inserts',
    'custom',
    'tar',
    'directory',
    'plain, gzip',
    'plain, zstd',
    'custom, zstd',
    'tar, gzip',
    'custom, zstd, encrypted',
    'plain, gzip, encrypted',
    'directory, packed',
    'directory, packed, encrypted',
  ]) {
    itNeeds(['postgresClient', 'zstd'], `gives back all that was dumped: ${name}`, async () => {
      const [format = '', ...around] = name.replace('inserts', 'plain').split(', ');
      await restored(dump(name), { identities: [identity] }, async (database, facts) => {
        expect(await contentOf(database.url)).toBe(content);
        expect(facts).toMatchObject({ missingRoles: [], closedRoles: [], warnings: [] });
        expect(facts.identity).toMatchObject({
          format,
          compression: around.find((word) => /^(gzip|zstd)$/.test(word)) ?? 'none',
          isEncrypted: around.includes('encrypted'),
          serverVersion: expect.stringMatching(/^15\.\d+$/),
          pgDumpVersion: expect.stringMatching(/^15\.\d+$/),
          database: format === 'plain' ? undefined : 'restore rich "🙂"',
        });
        expect(facts.jobs).toBe(['custom', 'directory'].includes(format) ? 2 : 1);
      });
    });

    if (/^plain, |inserts|tar, gzip|custom, zstd$/.test(name)) continue;
    itNeeds(['postgresClient', 'zstd'], `gives back what a dump from elsewhere holds: ${name}`, async () => {
      await restored(
        dump(name),
        { identities: [identity], trust: 'foreign', owner: 'rich_heir' },
        async (database, facts) => {
          expect((await contentOf(database.url)).replaceAll('rich_heir', 'postgres')).toBe(content);
          expect(facts.warnings).toEqual([]);
        },
      );
    });
  }

  itNeeds(['postgresClient', 'zstd'], 'reads a backup from its storage', async () => {
    for (const name of ['custom, zstd', 'plain, gzip', 'directory, packed']) {
      await restored(stored(bytesOf(dumps[name] ?? '')), {}, async (database) => {
        expect(await contentOf(database.url)).toBe(content);
      });
    }
  });

  itNeeds(['postgresClient', 'zstd'], 'says before what a dump holds', async () => {
    const found = await Promise.all(
      ['plain', 'custom', 'tar', 'directory', 'custom, zstd', 'directory, packed'].map((name) =>
        restoreTools().contents(dump(name)),
      ),
    );
    found.push(await restoreTools().contents(stored(bytesOf(dumps.tar ?? ''))));
    for (const contents of found) expect(contents).toEqual(found[0]);
    expect(found[0]).toEqual({
      tables: [
        '"Odd ""one"" 🙂"."Dots.and CAPS; DROP"',
        'public.days',
        'public.days_old',
        'public.hidden',
        'public.identified',
        'public.people',
      ],
      extensions: ['citext', 'hstore', 'pgcrypto'],
      roles: ['Rich "owner"', 'postgres', 'rich_reader'],
      code: [
        'FUNCTION public.say',
        'FUNCTION public.seen',
        'FUNCTION public.two',
        'RULE twice ON public.hidden',
        'TRIGGER "Seen" ON public.people',
      ],
      createsDatabase: false,
      refusals: [],
    });
  });
});
