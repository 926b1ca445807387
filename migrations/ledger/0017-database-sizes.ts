import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE database_size_days (
      database text NOT NULL,
      day date NOT NULL,
      noted_at timestamptz(3) NOT NULL,
      bytes bigint NOT NULL,
      PRIMARY KEY (database, day)
    );

    CREATE TABLE database_sizes (
      database text NOT NULL,
      day date NOT NULL,
      name text NOT NULL,
      bytes bigint NOT NULL,
      PRIMARY KEY (database, day, name),
      FOREIGN KEY (database, day) REFERENCES database_size_days (database, day) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE database_sizes, database_size_days');
}
