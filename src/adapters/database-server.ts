import { type Client, escapeIdentifier } from 'pg';
import type { DatabaseServer, ServerDatabase } from '../ports/switching.ts';
import { onDatabase, openAdminSession } from './pg-admin-session.ts';
import { createLike } from './pg-create-like.ts';
import { dressLike } from './pg-dress.ts';
import { openPgSession } from './pg-session.ts';
import { installDatabase, switchDatabases } from './pg-switch.ts';
import { makingObstacles, switchObstacles } from './pg-switch-obstacles.ts';

const FIND = `
  SELECT datname AS name, oid::int8::text AS oid, pg_get_userbyid(datdba) AS owner, pg_database_size(oid)::float8 AS bytes,
    (SELECT count(*)::int FROM pg_stat_activity WHERE datid = pg_database.oid) AS sessions
  FROM pg_database WHERE datname = $1`;

const ASK = 'SELECT current_database() AS database, current_user AS user';

/** The server behind an address; nothing is connected before it is asked. */
export function openDatabaseServer(address: string): DatabaseServer {
  const live = decodeURIComponent(new URL(address).pathname.slice(1));
  const asAdmin = async <T>(names: readonly string[], work: (client: Client) => Promise<T>): Promise<T> => {
    const session = await openAdminSession(address, [live, ...names]);
    try {
      return await Promise.race([work(session.client), session.broken]);
    } finally {
      session.end();
    }
  };
  return {
    live,
    addressOf: (name) => onDatabase(address, name),
    ask: () =>
      asAdmin([], async (client) => {
        const { rows } = await client.query(ASK);
        const url = (await find(client, live)) ? onDatabase(address, live) : onDatabase(address, rows[0].database);
        return { url, user: rows[0].user };
      }),
    obstacles: async () => {
      if (!(await asAdmin([], (client) => find(client, live)))) return asAdmin([], makingObstacles);
      const { client, end } = await openPgSession(address);
      try {
        return await switchObstacles(client);
      } finally {
        end();
      }
    },
    find: (name) => asAdmin([], (client) => find(client, name)),
    create: (name) =>
      asAdmin([name], async (client) => {
        await createLike(client, name, live);
        const made = await find(client, name);
        if (!made) throw new Error('a database that was made is not there');
        return made;
      }),
    dress: (name) => asAdmin([name], (client) => dressLike(client, name, live)),
    swap: (names) => switchDatabases(address, { live, ...names }),
    install: (name) => installDatabase(address, { live, incoming: name }),
    drop: async (name) => {
      if (name === live) throw new Error('the platform’s own database is never dropped');
      await asAdmin([name], (client) => client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`));
    },
  };
}

async function find(client: Client, name: string): Promise<ServerDatabase | undefined> {
  const [row] = (await client.query(FIND, [name])).rows;
  return row && { ...row, oid: Number(row.oid) };
}
