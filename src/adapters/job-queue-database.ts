import type { Knex } from 'knex';
import type { Client } from 'pg';
import type { Db } from 'pg-boss';

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
