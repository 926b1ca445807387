import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE drills (
      run_id uuid PRIMARY KEY REFERENCES runs (id),
      databases jsonb NOT NULL,
      begun_at timestamptz(3) NOT NULL,
      ended_at timestamptz(3),
      backup_id uuid NOT NULL,
      is_proven boolean,
      seconds real,
      fault text
    );
    CREATE INDEX drills_open_idx ON drills (begun_at) WHERE ended_at IS NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE drills');
}
