import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, escapeIdentifier } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabaseServer } from '../../src/adapters/database-server.ts';
import type { DatabaseServer } from '../../src/ports.ts';
import { addressOf, onServer } from '../setup/database.ts';

let live: string;
let beside: string;
let server: DatabaseServer;
const quoted = (name: string) => escapeIdentifier(name);
const urlOf = (name: string) => addressOf(encodeURIComponent(name));

async function on<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
const run = (name: string, sql: string) => on(urlOf(name), async (client) => (await client.query(sql)).rows);

async function begin(name: string): Promise<void> {
  live = name;
  beside = `${name}_beside`;
  await onServer(`CREATE DATABASE ${quoted(live)} TEMPLATE template0`);
  await run(live, `CREATE TABLE note AS SELECT 'old' AS text`);
  server = openDatabaseServer(urlOf(live));
}

async function fill(): Promise<void> {
  await server.create(beside);
  await run(beside, `CREATE TABLE note AS SELECT 'new' AS text`);
}

const noteOf = async (name: string) => (await run(name, 'SELECT text FROM note'))[0]?.text;

beforeEach(() => begin(`swap_${randomBytes(4).toString('hex')}`));
afterEach(async () => {
  const found = await run('postgres', `SELECT datname FROM pg_database WHERE datname LIKE 'swap\\_%'`);
  await onServer(...found.map(({ datname }) => `DROP DATABASE ${quoted(datname)} WITH (FORCE)`));
});

describe('a database beside the live one', () => {
  test('has its encoding and locale, and lets nobody else in', async () => {
    await onServer(
      `DROP DATABASE ${live}`,
      `CREATE DATABASE ${live} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`,
    );
    await server.create(beside);
    const [like, made] = await Promise.all(
      [live, beside].map((name) =>
        run(
          'postgres',
          `SELECT encoding, datcollate, datctype, dattablespace FROM pg_database WHERE datname = '${name}'`,
        ),
      ),
    );
    expect(made).toEqual(like);
    const [{ open }] = (await run(
      'postgres',
      `SELECT has_database_privilege('pg_monitor', '${beside}', 'CONNECT') AS open`,
    )) as [{ open: boolean }];
    expect(open).toBe(false);
  });

  test('is not made where one of that name is there', async () => {
    await server.create(beside);
    await expect(server.create(beside)).rejects.toThrow('already exists');
  });

  test('gets the live one’s owner, privileges, settings, connection limit and comment', async () => {
    const role = `swap_owner_${randomBytes(4).toString('hex')}`;
    const database = quoted(live);
    await onServer(
      `CREATE ROLE ${role}`,
      `ALTER DATABASE ${database} OWNER TO ${role}`,
      `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${database} TO pg_monitor WITH GRANT OPTION`,
      `ALTER DATABASE ${database} CONNECTION LIMIT 42`,
      `ALTER DATABASE ${database} SET search_path = 'a b', "$user", public`,
      `ALTER DATABASE ${database} SET app.tenant = 'it''s = mine'`,
      `ALTER ROLE ${role} IN DATABASE ${database} SET statement_timeout = '5s'`,
      `COMMENT ON DATABASE ${database} IS 'it''s the airport’s'`,
    );
    const dressOf = (name: string) =>
      run(
        'postgres',
        `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit, (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(datacl) acl) AS acl, shobj_description(oid, 'pg_database') AS comment,
           (SELECT json_agg(json_build_array(setrole::regrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = oid) AS settings
         FROM pg_database WHERE datname = '${name}'`,
      );
    const before = await dressOf(live);
    await server.create(beside);
    await server.dress(beside);
    await server.dress(beside);
    expect(await dressOf(beside)).toEqual(before);
    await onServer(`DROP DATABASE ${quoted(beside)}`, `DROP DATABASE ${database}`, `DROP ROLE ${role}`);
  });

  test('of a live one with PostgreSQL’s own privileges lets everybody in again', async () => {
    await server.create(beside);
    await server.dress(beside);
    expect(
      await run(beside, `SELECT has_database_privilege('pg_monitor', current_database(), 'CONNECT') AS open`),
    ).toEqual([{ open: true }]);
  });
});

describe('the switch', () => {
  test('puts the other in its place, though clients come back in a tight loop', async () => {
    await fill();
    const seen = new Set<string>();
    let isOver = false;
    const clients = Array.from({ length: 6 }, async () => {
      while (!isOver) {
        await on(urlOf(live), async (client) => {
          for (;;) {
            if (isOver) return;
            seen.add((await client.query('SELECT text FROM note')).rows[0].text);
          }
        }).catch(() => undefined);
      }
    });
    await sleep(100);
    const { unavailableMs, endedSessions } = await server.swap({ incoming: beside, outgoing: `${live}_was` });
    await sleep(150);
    isOver = true;
    await Promise.all(clients);
    expect([...seen]).toEqual(['old', 'new']);
    expect(unavailableMs).toBeLessThan(2000);
    expect(endedSessions).toBeGreaterThanOrEqual(6);
    expect(await noteOf(`${live}_was`)).toBe('old');
  });

  test('ends a session that holds locks, whose transaction is undone', async () => {
    await fill();
    const holder = new Client({ connectionString: urlOf(live) });
    holder.on('error', () => undefined);
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE note; UPDATE note SET text = 'half done'`);
    await server.swap({ incoming: beside, outgoing: `${live}_was` });
    expect(await noteOf(live)).toBe('new');
    expect(await noteOf(`${live}_was`)).toBe('old');
  });

  test('is undone in the same way', async () => {
    await fill();
    await server.swap({ incoming: beside, outgoing: `${live}_was` });
    await server.swap({ incoming: `${live}_was`, outgoing: `${live}_undone` });
    expect([await noteOf(live), await noteOf(`${live}_undone`)]).toEqual(['old', 'new']);
  });

  test('changes nothing where the live one is not what it was', async () => {
    await fill();
    const { oid = 0 } = (await server.find(live)) ?? {};
    const names = { incoming: beside, outgoing: `${live}_was` };
    await expect(server.swap({ ...names, liveOid: oid + 1 })).rejects.toThrow('Somebody else has replaced');
    expect([await noteOf(live), await noteOf(beside), await server.find(names.outgoing)]).toEqual([
      'old',
      'new',
      undefined,
    ]);
    await server.swap({ ...names, liveOid: oid });
    expect(await noteOf(live)).toBe('new');
  });

  test('changes nothing where the other is not there', async () => {
    await expect(server.swap({ incoming: beside, outgoing: `${live}_was` })).rejects.toThrow('does not exist');
    expect(await noteOf(live)).toBe('old');
    expect(await server.find(`${live}_was`)).toBeUndefined();
  });

  test('killed at any moment leaves one of the two in its place, open to all', async () => {
    await fill();
    for (const delayMs of [5, 60, 110, 160, 210]) {
      const worker = spawn(process.execPath, [
        fileURLToPath(new URL('swap-worker.ts', import.meta.url)),
        urlOf(live),
        beside,
      ]);
      await once(worker.stdout, 'data');
      await sleep(delayMs);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      // The server notices within moments that its client is gone.
      await expect.poll(() => noteOf(live).catch(() => 'none'), { timeout: 5000 }).toMatch(/^(old|new)$/);
      const others = await Promise.all([beside, `${beside}_was`].map((name) => server.find(name)));
      const other = others.find((found) => found !== undefined);
      expect(others.filter((found) => found !== undefined)).toHaveLength(1);
      if (other?.name === `${beside}_was`) await server.swap({ incoming: other.name, outgoing: beside });
    }
  });

  test('serves names with quotes, capitals, spaces and emoji', async () => {
    await begin(`swap_Air "Port" 🛫 ${randomBytes(3).toString('hex')}`);
    await fill();
    await server.dress(beside);
    await server.swap({ incoming: beside, outgoing: `${live} was` });
    expect([server.live, await noteOf(live), await noteOf(`${live} was`)]).toEqual([live, 'new', 'old']);
  });
});

describe('what stands against a switch', () => {
  /** As this role, while somebody else has a session there. */
  const obstaclesFor = async (role: string) => {
    const url = new URL(urlOf(live));
    url.username = role;
    url.password = 'x';
    return on(urlOf(live), () => openDatabaseServer(url.href).obstacles()).finally(() => onServer(`DROP ROLE ${role}`));
  };

  test('is nothing for whoever owns the server', async () => {
    expect(await server.obstacles()).toEqual([]);
  });

  test('is told of a user who may neither make databases nor rename this one', async () => {
    const role = `swap_plain_${randomBytes(4).toString('hex')}`;
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    expect(await obstaclesFor(role)).toEqual([
      `The database’s user ${role} may not make databases (ALTER ROLE … CREATEDB).`,
      expect.stringMatching(`^${live} belongs to \\w+, and ${role} may not rename it\\.$`),
      `${role} may not end the sessions of others (GRANT pg_signal_backend).`,
    ]);
  });

  test('is told of a user who could take the owner’s rights, and does not have them', async () => {
    const role = `swap_plain_${randomBytes(4).toString('hex')}`;
    const [{ owner }] = await run(live, 'SELECT current_user AS owner');
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'x' CREATEDB NOINHERIT`, `GRANT ${quoted(owner)} TO ${role}`);
    expect(await obstaclesFor(role)).toEqual([
      `${live} belongs to ${owner}, and ${role} may not rename it.`,
      `${role} may not end the sessions of others (GRANT pg_signal_backend).`,
    ]);
  });
});

describe('dropping', () => {
  test('ends the sessions, and counts what is gone as removed', async () => {
    await fill();
    const session = new Client({ connectionString: urlOf(beside) });
    session.on('error', () => undefined);
    await session.connect();
    await server.drop(beside);
    await server.drop(beside);
    expect(await server.find(beside)).toBeUndefined();
  });

  test('never takes the live one', async () => {
    await expect(server.drop(live)).rejects.toThrow('never dropped');
    expect(await noteOf(live)).toBe('old');
  });
});
