import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE runs_so_far (
      run_id uuid PRIMARY KEY REFERENCES runs (id),
      words text NOT NULL,
      plan jsonb
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE runs_so_far');
}
