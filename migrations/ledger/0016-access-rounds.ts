import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE access_expiries (
      run_id uuid PRIMARY KEY,
      begun_at timestamptz(3) NOT NULL,
      told_at timestamptz(3)
    );
    CREATE INDEX access_expiries_untold_idx ON access_expiries (begun_at) WHERE told_at IS NULL;

    CREATE TABLE access_reminders (
      organisation_id text NOT NULL,
      module_key text NOT NULL,
      valid_until timestamptz(3) NOT NULL,
      days integer NOT NULL,
      claimed_at timestamptz(3) NOT NULL,
      told_at timestamptz(3),
      PRIMARY KEY (organisation_id, module_key, valid_until, days)
    );
    CREATE INDEX access_reminders_untold_idx ON access_reminders (claimed_at) WHERE told_at IS NULL;

    CREATE TABLE agreed_ends (
      organisation_id text NOT NULL,
      module_key text NOT NULL,
      valid_until timestamptz(3) NOT NULL,
      agreed_at timestamptz(3) NOT NULL,
      agreed_by text NOT NULL,
      run_id uuid NOT NULL,
      PRIMARY KEY (organisation_id, module_key, valid_until)
    );

    CREATE TABLE kept_access (
      organisation_id text NOT NULL,
      module_key text NOT NULL,
      kept_at timestamptz(3) NOT NULL,
      kept_by text NOT NULL,
      run_id uuid NOT NULL,
      PRIMARY KEY (organisation_id, module_key, run_id)
    );

    CREATE TABLE access_reviews (
      id uuid PRIMARY KEY,
      began_at timestamptz(3) NOT NULL,
      left_out integer NOT NULL,
      seen_until timestamptz(3) NOT NULL,
      nudged_at timestamptz(3),
      closed_at timestamptz(3)
    );
    CREATE UNIQUE INDEX access_reviews_open_idx ON access_reviews ((true)) WHERE closed_at IS NULL;

    CREATE TABLE access_review_parts (
      review_id uuid NOT NULL REFERENCES access_reviews (id),
      part integer NOT NULL,
      posted jsonb,
      drawn text,
      drawing_until timestamptz(3),
      PRIMARY KEY (review_id, part)
    );

    CREATE TABLE access_review_items (
      review_id uuid NOT NULL,
      part integer NOT NULL,
      organisation_id text NOT NULL,
      module_key text NOT NULL,
      code text NOT NULL,
      name text NOT NULL,
      valid_until timestamptz(3),
      changed_at timestamptz(3),
      changed_by text,
      answer text CHECK (answer IN ('kept', 'changed')),
      answered_at timestamptz(3),
      answered_by text,
      PRIMARY KEY (review_id, organisation_id, module_key),
      FOREIGN KEY (review_id, part) REFERENCES access_review_parts (review_id, part)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`DROP TABLE access_review_items, access_review_parts, access_reviews, kept_access, agreed_ends,
    access_reminders, access_expiries`);
}
