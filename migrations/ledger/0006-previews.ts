import type { Knex } from 'knex';

const states = (list: string) =>
  `ALTER TABLE runs DROP CONSTRAINT runs_state_check; ALTER TABLE runs ADD CONSTRAINT runs_state_check CHECK (state IN (${list}));`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(states("'running', 'previewed', 'done', 'failed', 'refused', 'denied', 'interrupted'"));
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("UPDATE runs SET state = 'done' WHERE state = 'previewed'");
  await knex.raw(states("'running', 'done', 'failed', 'refused', 'denied', 'interrupted'"));
}
