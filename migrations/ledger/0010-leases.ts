import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE leases (
      resource text PRIMARY KEY,
      token bigint NOT NULL,
      run_id uuid,
      holder text NOT NULL,
      work text NOT NULL,
      acquired_at timestamptz(3) NOT NULL,
      held_until timestamptz(3) NOT NULL
    )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE leases');
}
