import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE health_checks (
      checked_at timestamptz(3) NOT NULL,
      service smallint NOT NULL,
      state smallint NOT NULL,
      in_maintenance boolean NOT NULL DEFAULT false,
      latency_ms real,
      says text,
      PRIMARY KEY (checked_at, service)
    );

    -- Each is written to once a minute: room for that stays in its page.
    CREATE TABLE health_rollups (
      span text NOT NULL CHECK (span IN ('hour', 'day')),
      began timestamptz(3) NOT NULL,
      service smallint NOT NULL,
      healthy integer NOT NULL,
      degraded integer NOT NULL,
      unhealthy integer NOT NULL,
      in_maintenance integer NOT NULL,
      latencies smallint[] NOT NULL,
      PRIMARY KEY (span, began, service)
    ) WITH (fillfactor = 80);

    -- Bucket 1 goes to 1 ms, each further one 1.1 times as far as the one before: 118 of them reach beyond a minute.
    CREATE FUNCTION latency_bucket(ms real) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
      $$ SELECT least(118, 1 + ceil(ln(greatest(ms, 1)::float8) / ln(1.1::float8)))::integer $$;

    CREATE FUNCTION roll_up_health() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      WITH checks AS (
        SELECT span, date_trunc(span, checked_at, 'UTC') AS began, service, NOT in_maintenance AS counts, state,
          CASE WHEN NOT in_maintenance THEN latency_bucket(latency_ms) END AS bucket
        FROM written CROSS JOIN unnest(ARRAY['hour', 'day']) AS span
      ), each_bucket AS (
        SELECT span, began, service, coalesce(bucket, 0) AS bucket, (bucket IS NOT NULL)::integer AS answers,
          (counts AND state = 1)::integer AS healthy, (counts AND state = 2)::integer AS degraded,
          (counts AND state = 3)::integer AS unhealthy, (NOT counts)::integer AS in_maintenance
        FROM checks
        UNION ALL
        SELECT span, began, service, place, 0, 0, 0, 0, 0
        FROM (SELECT DISTINCT span, began, service FROM checks) AS places CROSS JOIN generate_series(1, 118) AS place
      ), summed AS (
        SELECT span, began, service, bucket, sum(answers) AS answers, sum(healthy) AS healthy, sum(degraded) AS degraded,
          sum(unhealthy) AS unhealthy, sum(in_maintenance) AS in_maintenance
        FROM each_bucket GROUP BY span, began, service, bucket
      )
      INSERT INTO health_rollups AS kept
        (span, began, service, healthy, degraded, unhealthy, in_maintenance, latencies)
      SELECT span, began, service, sum(healthy), sum(degraded), sum(unhealthy), sum(in_maintenance),
        array_agg(answers::smallint ORDER BY bucket) FILTER (WHERE bucket > 0)
      FROM summed GROUP BY span, began, service
      ORDER BY span, began, service
      ON CONFLICT (span, began, service) DO UPDATE SET
        healthy = kept.healthy + excluded.healthy,
        degraded = kept.degraded + excluded.degraded,
        unhealthy = kept.unhealthy + excluded.unhealthy,
        in_maintenance = kept.in_maintenance + excluded.in_maintenance,
        latencies = ARRAY(
          SELECT ours + theirs FROM unnest(kept.latencies, excluded.latencies) WITH ORDINALITY AS pair (ours, theirs, place)
          ORDER BY place
        );
      RETURN NULL;
    END $$;

    CREATE TRIGGER health_checks_roll_up AFTER INSERT ON health_checks
      REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION roll_up_health();

    CREATE TABLE health_watch (
      id boolean PRIMARY KEY DEFAULT true CHECK (id),
      claimed timestamptz(3),
      minute timestamptz(3),
      version integer NOT NULL DEFAULT 0,
      watched jsonb NOT NULL DEFAULT '{}',
      findings jsonb NOT NULL DEFAULT '[]'
    );
    INSERT INTO health_watch DEFAULT VALUES;

    CREATE TABLE health_incidents (
      id uuid PRIMARY KEY,
      service text NOT NULL,
      label text NOT NULL,
      state text NOT NULL CHECK (state IN ('degraded', 'unhealthy', 'flapping')),
      worst text NOT NULL CHECK (worst IN ('degraded', 'unhealthy', 'flapping')),
      saw_unhealthy boolean NOT NULL,
      says text NOT NULL,
      next text,
      began timestamptz(3) NOT NULL,
      ended timestamptz(3),
      checks integer NOT NULL,
      changes integer NOT NULL,
      reasons jsonb NOT NULL,
      notes jsonb NOT NULL,
      held text CHECK (held IN ('quiet', 'maintenance')),
      after_maintenance boolean NOT NULL,
      posted jsonb,
      shown text,
      notes_told integer NOT NULL DEFAULT 0,
      closed_at timestamptz(3)
    );
    CREATE UNIQUE INDEX health_incidents_open_idx ON health_incidents (service) WHERE ended IS NULL;
    CREATE INDEX health_incidents_untold_idx ON health_incidents (began) WHERE closed_at IS NULL;

    CREATE TABLE maintenance_windows (
      id uuid PRIMARY KEY,
      began timestamptz(3) NOT NULL,
      ends timestamptz(3) NOT NULL,
      services jsonb,
      reason text NOT NULL,
      opened_by text NOT NULL,
      ended_at timestamptz(3),
      ended_by text,
      ended_run uuid
    );
    CREATE INDEX maintenance_windows_open_idx ON maintenance_windows (ends) WHERE ended_at IS NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE health_checks, health_rollups, health_watch, health_incidents, maintenance_windows');
  await knex.raw('DROP FUNCTION roll_up_health(), latency_bucket(real)');
}
