import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import knexPackage from 'knex';
import type { Client } from 'pg';

/** knex is CommonJS, and Node finds no named export in it. */
export const { knex } = knexPackage;

const PostgresDialect: typeof knexPackage.Client = createRequire(import.meta.url)(
  'knex/lib/dialects/postgres/index.js',
);
const GOODBYE_MS = 500;

/**
 * knex's own dialect, with dates sent in UTC and no farewell to a server that no longer listens. A class because that is
 * how knex takes a dialect; pg's switch for the first is global.
 */
export class PostgresClient extends PostgresDialect {
  override prepBindings(bindings: unknown): unknown {
    return Array.isArray(bindings) ? bindings.map(inUtc) : bindings;
  }

  override async destroyRawConnection(connection: Client): Promise<void> {
    const abandoned = new AbortController();
    const goodbye = connection.end().finally(() => abandoned.abort());
    await Promise.race([goodbye, sleep(GOODBYE_MS, undefined, { signal: abandoned.signal })]).catch(() => undefined);
    connection.connection.stream.destroy();
  }
}

/** pg writes a Date in the process's zone, and a column without a zone drops the offset: an ISO text serves both kinds. */
function inUtc(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.map(inUtc) : value;
}
