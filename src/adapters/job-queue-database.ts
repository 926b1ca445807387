import type { Knex } from 'knex';
import type { Client } from 'pg';
import type { Db } from 'pg-boss';

/** Where pg-boss keeps its tables, and the one queue in them; both are made by the ledger’s migration 0009. */
export const SCHEMA = 'capops_jobs';
export const QUEUE = 'runs';

/**
 * The ledger's pool as pg-boss takes it. Some of its statements are a whole transaction in one text: when one of them
 * fails, the connection is brought out of it before anybody else gets it.
 */
export function bossDatabase(ledger: Knex): Db {
  return {
    executeSql: async (text, values) => {
      const connection: Client = await ledger.client.acquireConnection();
      try {
        const results = [await connection.query(text, values)].flat();
        return { rows: results.flatMap(({ rows }) => rows) };
      } catch (error) {
        await connection.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        await ledger.client.releaseConnection(connection);
      }
    },
  };
}

/** How many jobs of runs stand in one of these states of pg-boss. Rejects when the ledger does not answer. */
export async function countJobs(ledger: Knex, states: readonly string[]): Promise<number> {
  const jobs = ledger.withSchema(SCHEMA).from('job').where('name', QUEUE).whereIn('state', states);
  const [row] = await jobs.count({ count: '*' });
  return Number(row?.count);
}

/** Drops the job that somebody has taken for a run. */
export async function dropJob(trx: Knex.Transaction, runId: string): Promise<void> {
  await trx.withSchema(SCHEMA).from('job').where({ name: QUEUE, singleton_key: runId, state: 'active' }).delete();
}
