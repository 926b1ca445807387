import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE schedule_slots
      ADD COLUMN posted jsonb,
      ADD COLUMN replied integer NOT NULL DEFAULT 0
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE schedule_slots DROP COLUMN posted, DROP COLUMN replied');
}
