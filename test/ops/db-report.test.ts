import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Finding, Topic } from '../../src/domain/database-finding.ts';
import type { DatabaseReport } from '../../src/ops/db-report.ts';
import { type Desk, openDesk, said, VERA } from './desk.ts';

// One database with everything wrong that can be made so within seconds.
const TROUBLES = `
  CREATE SCHEMA "Odd ""one""";
  CREATE TABLE "Odd ""one"""."✈ Stand's" (id serial PRIMARY KEY, "Über key" int, note text);
  INSERT INTO "Odd ""one"""."✈ Stand's" ("Über key", note) SELECT n, repeat('x', 40) FROM generate_series(1, 60000) n;
  CREATE INDEX "never; used" ON "Odd ""one"""."✈ Stand's" (id, note);
  CREATE INDEX long ON "Odd ""one"""."✈ Stand's" (note, id);
  CREATE INDEX "used twice" ON "Odd ""one"""."✈ Stand's" ("Über key");
  CREATE INDEX "used twice 2" ON "Odd ""one"""."✈ Stand's" ("Über key");
  CREATE INDEX beginning ON "Odd ""one"""."✈ Stand's" (note);
  CREATE INDEX elsewhere ON "Odd ""one"""."✈ Stand's" (lower(note));
  CREATE INDEX partly ON "Odd ""one"""."✈ Stand's" (note) WHERE id > 59990;
  CREATE TABLE deleted_from (id int, flight int REFERENCES "Odd ""one"""."✈ Stand's");
  INSERT INTO deleted_from SELECT n, n FROM generate_series(1, 60000) n;
  DELETE FROM deleted_from WHERE id % 3 <> 0;
  CREATE TABLE half_made (id int); INSERT INTO half_made VALUES (1), (1);
  CREATE TABLE small_number (id serial PRIMARY KEY); SELECT setval('small_number_id_seq', 2100000000);
  CREATE SEQUENCE "All Numbers"; SELECT setval('"All Numbers"', 2000000000);
  CREATE TABLE numbered (id int DEFAULT nextval('"All Numbers"'));
  CREATE TABLE left_alone (id int) WITH (autovacuum_enabled = false);`;

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  desk.now = new Date();
  await desk.platform(TROUBLES);
  await desk.platform('CREATE UNIQUE INDEX CONCURRENTLY broken ON half_made (id)').catch(() => undefined);
  await desk.platform('SELECT pg_stat_force_next_flush()');
  await desk.platform('ANALYZE');
  await desk.platform('SELECT pg_stat_force_next_flush()');
}, 30_000);
afterAll(() => desk.close());

async function reported(asking = desk): Promise<DatabaseReport & { text: string; title: string }> {
  const outcome = await asking.types(VERA, 'db-report');
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  return { ...(outcome.data as DatabaseReport), text: said(outcome), title: outcome.report.title };
}

const about = ({ findings }: DatabaseReport, topic: Topic, name = ''): Finding[] =>
  findings.filter((finding) => finding.topic === topic && finding.what.includes(name));

describe('the database report', () => {
  test('says how large the database is and how many things need somebody', async () => {
    const { title, findings } = await reported();
    const [acts, looks] = ['act', 'look'].map((severity) => findings.filter((one) => one.severity === severity).length);
    expect(title).toMatch(/^The database platform_\w+ is \d[\d.]* MB; \d+ things to act on, \d+ things to look at\.$/);
    expect(title).toContain(`${acts} things to act on, ${looks} things`);
    expect(findings[0]?.severity).toBe('act');
    expect(findings.at(-1)?.severity).toBe('fine');
  });

  test('finds what was left, with the statement that would help, quoted as PostgreSQL wants it', async () => {
    const report = await reported();
    const helps = (topic: Topic, name?: string) => about(report, topic, name).map(({ statement }) => statement);
    expect(helps('unused indexes')).toContain(`DROP INDEX CONCURRENTLY "Odd ""one"""."never; used";`);
    expect(helps('duplicate indexes')).toEqual([
      `DROP INDEX CONCURRENTLY "Odd ""one""".beginning;`,
      `DROP INDEX CONCURRENTLY "Odd ""one"""."used twice 2";`,
    ]);
    expect(helps('invalid indexes')).toEqual(['REINDEX INDEX CONCURRENTLY public.broken;']);
    expect(helps('dead rows')).toEqual(['VACUUM (ANALYZE) public.deleted_from;']);
    expect(helps('foreign keys')).toEqual(['CREATE INDEX CONCURRENTLY ON public.deleted_from (flight);']);
    expect(helps('sequences')).toEqual([
      'ALTER TABLE public.numbered ALTER COLUMN id TYPE bigint; ALTER SEQUENCE public."All Numbers" NO MAXVALUE;',
      'ALTER TABLE public.small_number ALTER COLUMN id TYPE bigint; ALTER SEQUENCE public.small_number_id_seq AS bigint;',
    ]);
    expect(about(report, 'dead rows')[0]).toMatchObject({ number: 40_000, unit: 'rows', severity: 'look' });
    expect(about(report, 'autovacuum')).toMatchObject([
      { severity: 'act', what: 'Autovacuum is off on the whole server.' },
    ]);
  });

  test('the statements do what they say', async () => {
    const report = await reported();
    for (const topic of ['invalid indexes', 'duplicate indexes', 'dead rows', 'foreign keys', 'sequences'] as const)
      for (const { statement } of about(report, topic).filter(({ severity }) => severity !== 'fine')) {
        if (topic === 'invalid indexes') await desk.platform('DELETE FROM half_made');
        for (const one of statement?.split('; ') ?? []) await desk.platform(one);
      }
    await desk.platform('SELECT pg_stat_force_next_flush()');
    const { findings } = await reported();
    const left = findings.filter(({ severity }) => severity !== 'fine').map(({ topic }) => topic);
    expect(new Set(left)).toEqual(new Set(['autovacuum', 'unused indexes']));
  });

  test('finds a large table that is read whole again and again, and says nothing yet of what is not used', async () => {
    const other = await openDesk();
    onTestFinished(() => other.close());
    other.now = new Date();
    await other.platform('CREATE TABLE scanned AS SELECT n AS id, n % 97 AS gate FROM generate_series(1, 100000) n');
    await other.platform('CREATE INDEX idle ON scanned (gate); ANALYZE');
    await other.platform('SELECT pg_stat_reset()');
    const scans = Array.from({ length: 60 }, () => '(SELECT count(*) FROM scanned WHERE id = 5)');
    await other.platform(`SELECT ${scans.join(' + ')}`);
    await other.platform('SELECT pg_stat_force_next_flush()');
    const report = await reported(other);
    expect(about(report, 'missing indexes')).toMatchObject([
      {
        what: expect.stringMatching(
          /^public.scanned was read from beginning to end 6\d times, 100,000 rows each time\.$/,
        ),
        statement: 'CREATE INDEX CONCURRENTLY ON public.scanned (…);',
      },
    ]);
    expect(about(report, 'unused indexes')).toMatchObject([
      { severity: 'fine', what: expect.stringContaining('Too early to tell') },
    ]);
  });
});
