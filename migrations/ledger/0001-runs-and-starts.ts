import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE runs (
      id uuid PRIMARY KEY,
      request_key text UNIQUE,
      operation text NOT NULL,
      effect text NOT NULL,
      actor_id text NOT NULL,
      actor_name text NOT NULL,
      face text NOT NULL,
      channel text,
      input jsonb NOT NULL,
      state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'refused', 'denied')),
      rule text,
      message text,
      reference text,
      summary text,
      result jsonb,
      started_at timestamptz NOT NULL,
      finished_at timestamptz
    );
    CREATE INDEX runs_started_at_idx ON runs (started_at);

    CREATE TABLE starts (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      started_at timestamptz NOT NULL,
      host text NOT NULL,
      pid integer NOT NULL,
      version text NOT NULL,
      environment text NOT NULL,
      policy_sha256 text
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE runs, starts');
}
