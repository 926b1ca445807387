import type { Knex } from 'knex';

const STATES = [
  'received',
  'previewed',
  'awaiting',
  'queued',
  'running',
  'done',
  'failed',
  'refused',
  'denied',
  'declined',
  'expired',
  'cancelled',
  'interrupted',
];
const BEFORE = ['running', 'previewed', 'done', 'failed', 'refused', 'denied', 'interrupted'];

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE runs
      ADD COLUMN request jsonb,
      ADD COLUMN delivery_key text UNIQUE,
      ADD COLUMN cancel_asked_by text,
      DROP CONSTRAINT runs_state_check,
      ADD CONSTRAINT runs_state_check CHECK (state IN (${quoted(STATES)}));
    CREATE INDEX runs_unanswered_idx ON runs (started_at) WHERE request IS NOT NULL;
    ALTER TABLE starts ADD COLUMN machine text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DELETE FROM runs WHERE state NOT IN (${quoted(BEFORE)});
    ALTER TABLE starts DROP COLUMN machine;
    ALTER TABLE runs
      DROP COLUMN request,
      DROP COLUMN delivery_key,
      DROP COLUMN cancel_asked_by,
      DROP CONSTRAINT runs_state_check,
      ADD CONSTRAINT runs_state_check CHECK (state IN (${quoted(BEFORE)}));
  `);
}

function quoted(states: readonly string[]): string {
  return states.map((state) => `'${state}'`).join(', ');
}
