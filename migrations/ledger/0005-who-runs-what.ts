import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE starts ADD COLUMN seen_at timestamptz(3), ADD COLUMN ended_at timestamptz(3);
    UPDATE starts SET seen_at = started_at;
    ALTER TABLE starts ALTER COLUMN seen_at SET NOT NULL;
    ALTER TABLE runs ADD COLUMN start_id bigint REFERENCES starts (id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE runs DROP COLUMN start_id;
    ALTER TABLE starts DROP COLUMN seen_at, DROP COLUMN ended_at;
  `);
}
