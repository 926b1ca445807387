import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { itNeeds } from '../setup/it-needs.ts';
import {
  contentOf,
  databaseWith,
  dumpInto,
  query,
  read,
  realFolder,
  removeFolders,
  run,
  type TestDatabase,
  tools,
  WITHOUT_ZSTD,
} from './dump-stage.ts';

const RICH = `
  CREATE EXTENSION hstore; CREATE EXTENSION citext;
  CREATE SCHEMA "Odd ""one"" 🙂"; CREATE SCHEMA empty;
  CREATE TYPE public.mood AS ENUM ('fine', 'so so');
  CREATE TABLE public.people (id bigserial PRIMARY KEY, name citext UNIQUE, mood public.mood, tags hstore,
    upper text GENERATED ALWAYS AS (upper(name::text)) STORED);
  INSERT INTO public.people (name, mood, tags) SELECT 'Zoë ' || n, 'fine', hstore('n', n::text) FROM generate_series(1, 300) n;
  CREATE TABLE "Odd ""one"" 🙂"."Dots.and CAPS" (a int, b text);
  INSERT INTO "Odd ""one"" 🙂"."Dots.and CAPS" VALUES (1, E'tab\\t, line\\n, \\\\., nul-free'), (2, NULL);
  CREATE TABLE public.days (day date, n int) PARTITION BY RANGE (day);
  CREATE TABLE public.days_old PARTITION OF public.days FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE public.days_new PARTITION OF public.days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  INSERT INTO public.days SELECT '2025-12-30'::date + n, n FROM generate_series(0, 4) n;
  CREATE TABLE public.parent (a int); CREATE TABLE public.child (b int) INHERITS (public.parent);
  INSERT INTO public.parent VALUES (1); INSERT INTO public.child VALUES (2, 2), (3, 3);
  CREATE UNLOGGED TABLE public.quick AS SELECT 1 AS a;
  CREATE TABLE public.hidden AS SELECT n FROM generate_series(1, 10) n;
  ALTER TABLE public.hidden ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON public.hidden USING (n = 1);
  CREATE VIEW public.names AS SELECT name FROM public.people;
  CREATE MATERIALIZED VIEW public.sums AS SELECT count(*) FROM public.people;
  CREATE FUNCTION public.say(text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
    -- A comment.

    RETURN $1; END $f$;
  SELECT lo_from_bytea(0, 'large');
  COMMENT ON TABLE public.people IS 'People';`;

const TABLES = {
  '"Odd ""one"" 🙂"."Dots.and CAPS"': 2,
  'public.child': 2,
  'public.days_new': 3,
  'public.days_old': 2,
  'public.hidden': 10,
  'public.parent': 1,
  'public.people': 300,
  'public.quick': 1,
};

afterAll(removeFolders);

describe('A dump', () => {
  let source: TestDatabase;
  beforeAll(async () => {
    source = await databaseWith(RICH, 'Ünï "q" O’\'s 🙂 $HOME;%x');
  });
  afterAll(() => source.drop());

  const FORMATS = [
    ['plain', 'none', 'cat'],
    ['plain', 'gzip', 'gzip -dc'],
    ['plain', 'zstd', 'zstd -dc'],
    ['custom', 'none', 'cat'],
    ['custom', 'gzip', 'gzip -dc'],
    ['custom', 'zstd', 'zstd -dc'],
    ['directory', 'none', ''],
  ] as const;
  for (const path of [undefined, WITHOUT_ZSTD]) {
    for (const [format, compression, unpack] of FORMATS.filter(([, kind]) => !path || kind === 'zstd')) {
      const by = path ? 'by Node' : 'by the program';
      itNeeds(
        ['postgresClient', 'zstd'],
        `${format}, ${compression} ${by}: is whole, and gives back what was there`,
        async () => {
          const using = tools(path ? { path } : {});
          const { file, facts } = await dumpInto(source.url, { format, compression }, using);
          expect(facts).toMatchObject({ tables: TABLES, database: source.name, warnings: [], isReadWhole: false });
          const check = await using.check(read(file), { format, compression, isEncrypted: false });
          expect(check).toMatchObject({ proof: 'read whole', fault: undefined, bytes: facts.bytes });

          const copy = await databaseWith('');
          const restore =
            format === 'plain' ? 'psql -q -1 -v ON_ERROR_STOP=1 "$1"' : 'pg_restore --exit-on-error -d "$1"';
          const script =
            format === 'directory'
              ? `set -e; mkdir "$0.d"; tar -xf "$0" -C "$0.d"; ${realFolder()}/${restore} -j2 "$0.d"`
              : `set -o pipefail; ${unpack} "$0" | ${realFolder()}/${restore}`;
          await run('bash', ['-c', script, file, copy.url]);
          expect(await contentOf(copy.url)).toBe(await contentOf(source.url));
          const survey = await tools().survey(copy.url);
          expect(survey).toMatchObject({ tables: facts.tables, schemaFingerprint: facts.schemaFingerprint });
          await copy.drop();
        },
      );
    }
  }

  itNeeds(
    'postgresClient',
    'says what it is: the moment by the server’s clock, versions, sizes and hashes',
    async () => {
      const before = (await query(source.url, 'SELECT clock_timestamp() AS at'))[0]?.at as Date;
      const { file, facts } = await dumpInto(source.url, { format: 'plain', compression: 'none' });
      const hash = (await run('sha256sum', [file])).split(' ')[0];
      expect(facts.archive).toEqual({ bytes: readFileSync(file).length, sha256: hash });
      expect(facts.takenAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
      expect(facts.takenAt.getTime() - before.getTime()).toBeLessThan(20_000);
      expect(facts.serverVersion).toMatch(/^15\.\d+$/);
      expect(await run(join(realFolder(), 'pg_dump'), ['--version'])).toContain(`) ${facts.pgDumpVersion}`);
    },
  );

  itNeeds('postgresClient', 'counts the rows that it holds, whoever writes meanwhile', async () => {
    const busy = await databaseWith('CREATE TABLE t (n int); CREATE TABLE gone (n int)');
    let writes = true;
    const writing = (async () => {
      for (let n = 0; writes; n++) await query(busy.url, `INSERT INTO t SELECT ${n} FROM generate_series(1, 7)`);
    })();
    for (let round = 0; round < 5; round++) {
      const { file, facts } = await dumpInto(busy.url, { format: 'plain', compression: 'none' });
      const rows = /COPY public\.t \(n\) FROM stdin;\n([^\\]*)\\\./.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
      expect(facts.tables['public.t']).toBe(rows.split('\n').length - 1);
    }
    writes = false;
    await writing;
    await busy.drop();
  });

  itNeeds(
    'postgresClient',
    'has another fingerprint when the schema changed, and the same when only rows did',
    async () => {
      const one = await databaseWith('CREATE TABLE t (n int)');
      const { schemaFingerprint } = await tools().survey(one.url);
      await query(one.url, 'INSERT INTO t VALUES (1)');
      expect((await tools().survey(one.url)).schemaFingerprint).toBe(schemaFingerprint);
      await query(one.url, 'ALTER TABLE t ADD m int');
      expect((await tools().survey(one.url)).schemaFingerprint).not.toBe(schemaFingerprint);
      await one.drop();
    },
  );

  itNeeds('postgresClient', 'of an empty database is a dump', async () => {
    const empty = await databaseWith('');
    const { file, facts } = await dumpInto(empty.url, { format: 'custom', compression: 'zstd' });
    expect(facts.tables).toEqual({});
    const check = await tools().check(read(file), { format: 'custom', compression: 'zstd', isEncrypted: false });
    expect(check.fault).toBeUndefined();
    await empty.drop();
  });
});

describe('An inspection', () => {
  itNeeds(['postgresClient', 'zstd'], 'says what a dump would meet', async () => {
    const database = await databaseWith('CREATE TABLE t AS SELECT n FROM generate_series(1, 9) n');
    expect(await tools().inspect(database.url)).toEqual({
      database: database.name,
      user: { name: 'postgres', isSuperuser: true },
      serverVersion: expect.stringMatching(/^15\.\d+$/),
      pgDumpVersion: expect.stringMatching(/^1\d\.\d+$/),
      zstd: 'program',
      sizeBytes: expect.any(Number),
      hasManyLargeObjects: false,
      jobs: Math.min(availableParallelism(), 8),
      roomBytes: expect.any(Number),
      obstacles: [],
    });
    await query(database.url, 'SELECT lo_create(0) FROM generate_series(1, 1000)');
    expect(await tools().inspect(database.url)).toMatchObject({ hasManyLargeObjects: false });
    await query(database.url, 'SELECT lo_create(0)');
    expect(await tools().inspect(database.url)).toMatchObject({ hasManyLargeObjects: true });
    await database.drop();
  });
});
