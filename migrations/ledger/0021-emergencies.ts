import type { Knex } from 'knex';

const STATES = "'open', 'approved', 'declined', 'expired', 'withdrawn', 'void'";

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE approvals
      DROP CONSTRAINT approvals_state_check,
      ADD CONSTRAINT approvals_state_check CHECK (state IN (${STATES}, 'alone')),
      ADD COLUMN goes_alone boolean NOT NULL DEFAULT false;

    CREATE TABLE emergencies (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      began_at timestamptz(3) NOT NULL,
      ends_at timestamptz(3),
      ended_at timestamptz(3),
      ended_by text,
      posted jsonb,
      shown text,
      end_posted jsonb,
      end_shown text,
      end_told_at timestamptz(3),
      what_happened text,
      what_was_done text,
      reviewed_at timestamptz(3),
      reviewed_by text,
      review_run uuid
    );
    CREATE UNIQUE INDEX emergencies_open_idx ON emergencies ((true)) WHERE ended_at IS NULL;
    CREATE INDEX emergencies_unreviewed_idx ON emergencies (began_at) WHERE reviewed_at IS NULL;

    CREATE TABLE emergency_grants (
      id uuid PRIMARY KEY,
      emergency_id uuid NOT NULL REFERENCES emergencies (id),
      how text NOT NULL CHECK (how IN ('approved', 'alone', 'forced', 'by hand')),
      given_at timestamptz(3) NOT NULL,
      given_to text NOT NULL,
      actor_id text NOT NULL,
      why text NOT NULL,
      ends_at timestamptz(3),
      told text[] NOT NULL DEFAULT '{}',
      told_at timestamptz(3)
    );
    CREATE INDEX emergency_grants_untold_idx ON emergency_grants (given_at) WHERE told_at IS NULL;

    CREATE TABLE emergency_watch (
      id boolean PRIMARY KEY DEFAULT true CHECK (id),
      seen_until timestamptz(3)
    );
    INSERT INTO emergency_watch DEFAULT VALUES;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE emergency_watch, emergency_grants, emergencies;
    UPDATE approvals SET state = 'expired' WHERE state = 'alone';
    ALTER TABLE approvals
      DROP COLUMN goes_alone,
      DROP CONSTRAINT approvals_state_check,
      ADD CONSTRAINT approvals_state_check CHECK (state IN (${STATES}));
  `);
}
