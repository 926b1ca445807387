import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE approvals (
      run_id uuid PRIMARY KEY REFERENCES runs (id),
      state text NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'expired', 'withdrawn', 'void')),
      hash text NOT NULL,
      asked_by text NOT NULL,
      requested_at timestamptz(3) NOT NULL,
      expires_at timestamptz(3) NOT NULL,
      nudge_at timestamptz(3),
      nudged_at timestamptz(3),
      decided_at timestamptz(3),
      posted jsonb,
      drawn text,
      drawing_until timestamptz(3)
    );
    CREATE INDEX approvals_open_idx ON approvals (expires_at) WHERE state = 'open';

    CREATE TABLE approval_decisions (
      run_id uuid NOT NULL REFERENCES approvals (run_id),
      person text NOT NULL,
      decision text NOT NULL CHECK (decision IN ('approve', 'decline')),
      actor_id text NOT NULL,
      name text NOT NULL,
      face text NOT NULL,
      reason text,
      decided_at timestamptz(3) NOT NULL,
      PRIMARY KEY (run_id, person)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE approval_decisions, approvals');
}
