import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE backups (
      id uuid PRIMARY KEY,
      database text NOT NULL,
      role text NOT NULL,
      kind text NOT NULL,
      taken_at timestamptz(3) NOT NULL,
      manifest jsonb NOT NULL,
      pinned_at timestamptz(3),
      pinned_by text,
      pinned_because text,
      proven_at timestamptz(3)
    );
    CREATE INDEX backups_taken_at_idx ON backups (role, taken_at DESC);

    CREATE TABLE backup_copies (
      backup_id uuid NOT NULL REFERENCES backups (id),
      storage text NOT NULL,
      key text NOT NULL,
      state text NOT NULL CHECK (state IN ('wanted', 'good', 'bad', 'missing', 'removed')),
      verified_at timestamptz(3),
      tried_at timestamptz(3),
      fault text,
      removed_because text,
      PRIMARY KEY (backup_id, storage)
    );
    CREATE INDEX backup_copies_wanted_idx ON backup_copies (tried_at) WHERE state = 'wanted';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE backup_copies, backups');
}
