import type { Knex } from 'knex';

/**
 * pg-boss' own tables and functions, as the installed version of it plans them, and the one queue. A later pg-boss that
 * wants them otherwise comes with a migration of its own (`getMigrationPlans`). Imported only here, since knex loads each
 * migration's file at every start.
 */
export async function up(knex: Knex): Promise<void> {
  const { getConstructionPlans } = await import('pg-boss');
  await knex.raw(withinOurs(getConstructionPlans('capops_jobs')));
  await knex.raw(`SELECT capops_jobs.create_queue('runs', '{"policy": "exclusive"}')`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP SCHEMA capops_jobs CASCADE');
}

/** The plan brings its own transaction; ours is all or nothing together with knex' book. */
function withinOurs(plan: string): string {
  const statements = /^\s*BEGIN;(?<body>.*)COMMIT;\s*$/s.exec(plan)?.groups?.body;
  if (statements === undefined) throw new Error('pg-boss plans its tables in a form that this migration does not know');
  return statements;
}
