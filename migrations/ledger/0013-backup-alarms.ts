import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE backup_alarms (
      name text PRIMARY KEY,
      words text NOT NULL,
      raised_at timestamptz(3) NOT NULL,
      told_at timestamptz(3),
      mended_at timestamptz(3)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE backup_alarms');
}
