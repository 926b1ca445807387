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
        SELECT span, date_trunc(span, checked_at, 'UTC') AS began, service, state, written.in_maintenance,
          CASE WHEN NOT written.in_maintenance THEN latency_bucket(latency_ms) END AS bucket
        FROM written CROSS JOIN unnest(ARRAY['hour', 'day']) AS span
      ), counts AS (
        SELECT span, began, service,
          count(*) FILTER (WHERE state = 1 AND NOT checks.in_maintenance) AS healthy,
          count(*) FILTER (WHERE state = 2 AND NOT checks.in_maintenance) AS degraded,
          count(*) FILTER (WHERE state = 3 AND NOT checks.in_maintenance) AS unhealthy,
          count(*) FILTER (WHERE checks.in_maintenance) AS in_maintenance
        FROM checks GROUP BY span, began, service
      ), answers AS (
        SELECT span, began, service, bucket, count(*) AS answers
        FROM checks WHERE bucket IS NOT NULL GROUP BY span, began, service, bucket
      ), histograms AS (
        SELECT span, began, service, array_agg(coalesce(answers, 0)::smallint ORDER BY bucket) AS latencies
        FROM counts CROSS JOIN generate_series(1, 118) AS bucket LEFT JOIN answers USING (span, began, service, bucket)
        GROUP BY span, began, service
      )
      INSERT INTO health_rollups AS kept
        (span, began, service, healthy, degraded, unhealthy, in_maintenance, latencies)
      SELECT span, began, service, healthy, degraded, unhealthy, in_maintenance, latencies
      FROM counts JOIN histograms USING (span, began, service)
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
