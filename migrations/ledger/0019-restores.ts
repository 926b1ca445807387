import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE restores (
      run_id uuid PRIMARY KEY REFERENCES runs (id),
      database text NOT NULL,
      source text NOT NULL,
      backup_id uuid,
      safety_backup_id uuid,
      step text NOT NULL CHECK (step IN ('filling', 'ready', 'switched', 'undone', 'abandoned', 'dropped')),
      live_oid bigint NOT NULL,
      scratch text,
      scratch_oid bigint,
      former text NOT NULL,
      aside jsonb,
      undone text,
      begun_at timestamptz(3) NOT NULL,
      switched_at timestamptz(3),
      unavailable_ms integer,
      kept_until timestamptz(3),
      ended_at timestamptz(3)
    );
    CREATE INDEX restores_open_idx ON restores (begun_at) WHERE ended_at IS NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE restores');
}
