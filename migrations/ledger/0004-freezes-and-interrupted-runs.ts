import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE freezes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      frozen_at timestamptz(3) NOT NULL,
      frozen_by text NOT NULL,
      reason text NOT NULL,
      thawed_at timestamptz(3),
      thawed_by text
    );
    CREATE UNIQUE INDEX freezes_one_at_a_time ON freezes ((true)) WHERE thawed_at IS NULL;

    ALTER TABLE runs DROP CONSTRAINT runs_state_check;
    ALTER TABLE runs ADD CONSTRAINT runs_state_check
      CHECK (state IN ('running', 'done', 'failed', 'refused', 'denied', 'interrupted'));
    CREATE INDEX runs_running_idx ON runs (started_at) WHERE state = 'running';
    CREATE INDEX runs_actor_idx ON runs (actor_id, started_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE freezes;
    DROP INDEX runs_running_idx, runs_actor_idx;
    UPDATE runs SET state = 'failed' WHERE state = 'interrupted';
    ALTER TABLE runs DROP CONSTRAINT runs_state_check;
    ALTER TABLE runs ADD CONSTRAINT runs_state_check CHECK (state IN ('running', 'done', 'failed', 'refused', 'denied'));
  `);
}
