import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countRows, dumpedTables } from '../../src/adapters/pg-tables.ts';
import { liveTables } from '../../src/models/live-database.ts';
import { type Desk, openDesk } from '../ops/desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

test('the rows of the live tables are counted as a backup counts them, whatever kind of table they are in', async () => {
  const client = new Client({ connectionString: desk.platformUrl });
  await client.connect();
  await client.query(
    `CREATE UNLOGGED TABLE public.drafts AS SELECT generate_series(1, 3);
     CREATE TABLE public.stands (id int); INSERT INTO public.stands VALUES (1), (2);
     CREATE TABLE public.remote_stands () INHERITS (public.stands); INSERT INTO public.remote_stands VALUES (3);
     CREATE EXTENSION citext; CREATE TABLE public.of_citext (id int); ALTER EXTENSION citext ADD TABLE public.of_citext;
     CREATE SCHEMA work_before_20261122t140000z; CREATE TABLE work_before_20261122t140000z.old (id int)`,
  );
  const counted = await countRows(client, await dumpedTables(client));
  await client.end();
  const live = (await liveTables(desk.databases.platform)).map(({ name, rows }) => [name, rows]);
  expect(Object.fromEntries(live)).toEqual(counted);
  expect(counted).toMatchObject({ 'public.drafts': 3, 'public.stands': 2, 'public.remote_stands': 1 });
});
