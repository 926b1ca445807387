import { Client } from 'pg';

/** What a dump of one step of all four tables holds before compression, about. */
const STEP_MB = 20;
const WORDS =
  'gate stand apron runway taxiway terminal belt lounge crew shift roster delay weather inspection lighting marking drainage fence permit contractor survey estimate budget closed open planned finished repaired north south east west night early late urgent routine because until after before with without near behind under passenger cargo fuel water power'
    .split(' ')
    .map((word) => `'${word}'`);

// As a platform's own: people, their work in words, what happened as JSON, and what instruments measured.
const TABLES = `
  CREATE SCHEMA mix;
  CREATE FUNCTION mix.chance(n bigint, salt bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN hashint8extended(n, salt) & 9223372036854775807;
  CREATE FUNCTION mix.id(n bigint, salt text) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5(salt || n)::uuid;
  CREATE FUNCTION mix.prose(n bigint, length int) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    (SELECT string_agg((ARRAY[${WORDS.join(',')}])[1 + mix.chance(n, i) % ${WORDS.length}], ' ') FROM generate_series(1, length) i);
  CREATE TABLE mix.people (id uuid PRIMARY KEY, name text NOT NULL, email text NOT NULL, preferences jsonb NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
  CREATE TABLE mix.work_orders (id bigint PRIMARY KEY, person_id uuid NOT NULL, status text NOT NULL, description text NOT NULL,
    cost numeric(12, 2), due_at timestamptz);
  CREATE TABLE mix.events (id uuid PRIMARY KEY, at timestamptz NOT NULL, kind text NOT NULL, payload jsonb NOT NULL);
  CREATE TABLE mix.readings (id bigint PRIMARY KEY, sensor int NOT NULL, at timestamptz NOT NULL, value float8 NOT NULL, quality smallint)`;

// 5 MB or so of each a step; the same rows each time.
const ROWS: readonly (readonly [table: string, perStep: number, row: string])[] = [
  [
    'people',
    20_000,
    `mix.id(n, 'p'), initcap(mix.prose(n, 2)), 'user' || mix.chance(n, 1) % 1000000 || '@airport' || mix.chance(n, 2) % 900 || '.example',
     jsonb_build_object('language', 'en', 'theme', mix.chance(n, 3) % 3, 'sites', jsonb_build_array(mix.id(n, 's'), mix.id(n, 't'))),
     timestamptz '2023-01-01' + n * interval '7 seconds', timestamptz '2024-01-01' + mix.chance(n, 4) % 40000000 * interval '1 second'`,
  ],
  [
    'work_orders',
    18_000,
    `n, mix.id(mix.chance(n, 5) % 20000, 'p'), (ARRAY['open', 'planned', 'done', 'closed'])[1 + mix.chance(n, 6) % 4], mix.prose(n, 30),
     mix.chance(n, 7) % 10000000 / 100.0, timestamptz '2024-01-01' + n * interval '11 seconds'`,
  ],
  [
    'events',
    20_000,
    `mix.id(n, 'e'), timestamptz '2024-01-01' + n * interval '0.731 seconds', 'asset.' || (ARRAY['moved', 'checked', 'failed'])[1 + mix.chance(n, 8) % 3],
     jsonb_build_object('asset', mix.id(mix.chance(n, 9) % 5000, 'a'), 'by', mix.id(mix.chance(n, 10) % 20000, 'p'), 'note', mix.prose(n, 6),
       'from', mix.chance(n, 11) % 500, 'to', mix.chance(n, 12) % 500)`,
  ],
  [
    'readings',
    92_000,
    `n, mix.chance(n, 13) % 400, timestamptz '2024-01-01' + n * interval '0.25 seconds', mix.chance(n, 14) % 10000000 / 1000.0::float8, mix.chance(n, 15) % 4`,
  ],
];

/** Fills a database with four tables that dump to about so many megabytes before compression. */
export async function fillWithMix(databaseUrl: string, megabytes: number): Promise<void> {
  await run(databaseUrl, TABLES);
  // At once: the server makes each in a process of its own.
  const inserts = ROWS.map(([table, perStep, row]) => {
    const rows = Math.round((perStep * megabytes) / STEP_MB);
    return run(databaseUrl, `INSERT INTO mix.${table} SELECT ${row} FROM generate_series(1::bigint, ${rows}) n`);
  });
  await Promise.all(inserts);
  await run(databaseUrl, 'VACUUM ANALYZE');
  await run(databaseUrl, 'CHECKPOINT');
}

async function run(databaseUrl: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
