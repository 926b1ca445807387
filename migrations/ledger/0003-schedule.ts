import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE schedule_slots (
      entry text NOT NULL,
      slot timestamptz(3) NOT NULL,
      state text NOT NULL CHECK (state IN ('running', 'waiting', 'done', 'failed')),
      attempts integer NOT NULL,
      claim uuid NOT NULL,
      held_until timestamptz(3) NOT NULL,
      run_id uuid,
      report jsonb,
      told_at timestamptz(3),
      PRIMARY KEY (entry, slot)
    );
    CREATE INDEX schedule_slots_open_idx ON schedule_slots (held_until) WHERE told_at IS NULL;

    CREATE TABLE schedule_timings (
      entry text NOT NULL,
      timing text NOT NULL,
      since timestamptz(3) NOT NULL,
      PRIMARY KEY (entry, timing)
    );

    CREATE TABLE schedule_pauses (
      entry text PRIMARY KEY,
      paused_at timestamptz(3) NOT NULL,
      paused_by text NOT NULL,
      reason text
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE schedule_slots, schedule_timings, schedule_pauses');
}
