import { callbackify } from 'node:util';
import type { Knex } from 'knex';
import type { Config } from '../config.ts';
import type { Databases, Log } from '../ports.ts';
import { knex, PostgresClient } from './postgres-client.ts';
import { CONNECT_MS, type Limits, sessionRules, utcTypes } from './postgres-session.ts';

const LIMITS: Limits = { statementMs: 30_000, lockMs: 5000 };

/** Opens both databases; nothing is connected before the first query. What the driver complains of goes to `log`. */
export function openDatabases(
  config: Pick<Config, 'databaseUrl' | 'ledgerDatabaseUrl'>,
  log?: Log,
): { databases: Databases; close(): Promise<void> } {
  const platform = knex(databaseSettings(config.databaseUrl, { log }));
  const ledger = knex(databaseSettings(config.ledgerDatabaseUrl, { log }));
  const close = async () => {
    await Promise.all([platform.destroy(), ledger.destroy()]);
  };
  return { databases: { platform, ledger }, close };
}

/**
 * knex's settings for one database: UTC in and out, and a server that is down or silent is noticed within 2.5 s.
 * The address, and so its password, is not in what knex keeps as its configuration.
 */
export function databaseSettings(
  url: string,
  { limits = LIMITS, log }: { limits?: Limits; log?: Log | undefined } = {},
): Knex.Config {
  const { greet, isAlive } = sessionRules(limits, () => likeLibpq(url));
  return {
    client: PostgresClient,
    connection: () => connectionSettings(url),
    pool: { min: 0, max: 10, idleTimeoutMillis: 10_000, afterCreate: callbackify(greet), validate: isAlive },
    acquireConnectionTimeout: CONNECT_MS,
    log: {
      warn: (message: unknown) => log?.warn({}, String(message)),
      error: (message: unknown) => log?.error({}, String(message)),
      deprecate: () => undefined,
      debug: () => undefined,
    },
  };
}

function connectionSettings(url: string): Knex.PgConnectionConfig {
  const settings = {
    types: utcTypes,
    application_name: 'capops',
    connectionTimeoutMillis: CONNECT_MS - 100,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  return Object.defineProperty(settings, 'connectionString', { value: likeLibpq(url), enumerable: false });
}

/** pg takes `sslmode` as libpq means it only when asked to; `no-verify` is its own and known otherwise. */
export function likeLibpq(url: string): string {
  const mode = new URL(url).searchParams.get('sslmode');
  return mode === null || mode === 'no-verify' || url.includes('uselibpqcompat') ? url : `${url}&uselibpqcompat=true`;
}
