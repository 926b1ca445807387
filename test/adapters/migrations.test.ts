import { afterEach, describe, expect, test } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import { assertMigrated, migrateAll, pendingMigrations } from '../../src/adapters/migrations.ts';
import { withDatabase } from '../../src/config/database-url.ts';
import { StartError, UnavailableError } from '../../src/errors.ts';
import { createPlatformDatabase, onServer, type PlatformDatabaseOptions } from '../setup/database.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';
import { query, shapeOf } from './shape.ts';

const endings: (() => Promise<unknown>)[] = [];
const silent = () => undefined;

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function databases(options: PlatformDatabaseOptions) {
  const { platformUrl, ledgerUrl, drop } = await createPlatformDatabase(options);
  endings.push(drop);
  return { databaseUrl: platformUrl, ledgerDatabaseUrl: ledgerUrl, ledgerIsDerived: true };
}

const NAMES = { platform: ['0001-organisations-and-access.ts'], ledger: ['0001-runs-and-starts.ts'] };

describe('on an existing platform', () => {
  test('migrating, and using it, leaves every object as it was', async () => {
    const config = await databases({ shape: 'platform' });
    const before = await shapeOf(config.databaseUrl);
    await migrateAll(config, silent);
    const { databases: both, close } = openDatabases(config);
    await both.platform('public.organizations').insert({ id: 'a', name: 'A', code: 'AAA', updatedAt: new Date() });
    await close();
    await migrateAll(config, silent);
    await assertMigrated(config);
    expect(before).toContain('schema entitlement');
    expect(await shapeOf(config.databaseUrl)).toEqual(before);
  });

  test.each([
    ['DROP TABLE entitlement.entitlements', 'Missing: entitlement.entitlements. It has public.organizations'],
    ['DROP TABLE entitlement.entitlement_audits', 'Missing: entitlement.entitlement_audits.'],
    ['ALTER TABLE public.organizations RENAME "updatedAt" TO changed', 'Missing: public.organizations.updatedAt.'],
    ['DROP SCHEMA entitlement CASCADE; DROP TABLE public.organizations', 'It has other tables, but none of those.'],
  ])('that is not whole (%s), it stops and says what is missing', async (sql, message) => {
    const config = await databases({ shape: 'platform' });
    await query(config.databaseUrl, sql);
    const before = await shapeOf(config.databaseUrl);
    await expect(migrateAll(config, silent)).rejects.toThrow(message);
    await expect(assertMigrated(config)).rejects.toThrow(StartError);
    expect(await shapeOf(config.databaseUrl)).toEqual(before);
  });

  test('a table that CapOps can do without may be missing', async () => {
    const config = await databases({ shape: 'platform' });
    await query(config.databaseUrl, 'DROP TABLE public.audit_logs');
    await migrateAll(config, silent);
    await expect(assertMigrated(config)).resolves.toBeUndefined();
  });
});

describe('on an empty database', () => {
  test('the tables get the platform’s own shape, and the bookkeeping a schema of its own', async () => {
    const config = await databases({ shape: 'empty' });
    const like = await databases({ shape: 'platform' });
    await migrateAll(config, silent);
    const made = await shapeOf(config.databaseUrl);
    const wanted = await shapeOf(like.databaseUrl);
    const ours = made.filter((line) => !/\bcapops\b/.test(line));
    expect(ours.filter((line) => line.startsWith('table'))).toHaveLength(4);
    const others = /users|_prisma_migrations|\b(assets|work)\b/;
    expect(ours).toEqual(wanted.filter((line) => !others.test(line)));
  });

  test('each step is said, and a second run has nothing to do', async () => {
    const config = await databases({ shape: 'empty' });
    const name = new URL(config.databaseUrl).pathname.slice(1);
    const lines: string[] = [];
    await migrateAll(config, (line) => lines.push(line));
    await migrateAll(config, (line) => lines.push(line));
    expect(lines).toEqual([
      `Platform (${name}): applied 0001-organisations-and-access.ts.`,
      'Ledger: created its database.',
      'Ledger: applied 0001-runs-and-starts.ts.',
      `Platform (${name}): up to date.`,
      'Ledger: up to date.',
    ]);
  });

  test('what is pending is known without changing anything, and refuses the start', async () => {
    const config = await databases({ shape: 'empty' });
    const before = await shapeOf(config.databaseUrl);
    expect(await pendingMigrations(config)).toEqual({ ...NAMES, ledger: 'missing' });
    await expect(assertMigrated(config)).rejects.toThrow(/Run `pnpm db:migrate`/);
    expect(await shapeOf(config.databaseUrl)).toEqual(before);
    await migrateAll(config, silent);
    expect(await pendingMigrations(config)).toEqual({ platform: [], ledger: [] });
  });

  test('several runs at once make everything once', async () => {
    const config = await databases({ shape: 'empty' });
    await Promise.all([1, 2, 3, 4].map(() => migrateAll(config, silent)));
    expect(await query(config.databaseUrl, 'SELECT name FROM capops.knex_migrations')).toEqual([
      { name: NAMES.platform[0] },
    ]);
    expect(await query(config.ledgerDatabaseUrl, 'SELECT name FROM knex_migrations')).toEqual([
      { name: NAMES.ledger[0] },
    ]);
  });
});

describe('the ledger', () => {
  test('is made in UTF-8, and on a server of its own where its address says so', async () => {
    const config = await databases({ shape: 'platform' });
    await migrateAll({ ...config, ledgerIsDerived: false }, silent);
    expect(await query(config.ledgerDatabaseUrl, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  });

  test('that the server does not let us make gets the SQL for an administrator, which then works', async () => {
    const config = await databases({ shape: 'platform' });
    const role = `guest_${new URL(config.databaseUrl).pathname.slice(1)}`;
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 's3cret%'`);
    endings.unshift(() => onServer(`DROP ROLE ${role}`));
    const asGuest = (url: string) => Object.assign(new URL(url), { username: role, password: 's3cret%25' }).href;
    const poor = {
      ...config,
      databaseUrl: asGuest(config.databaseUrl),
      ledgerDatabaseUrl: asGuest(config.ledgerDatabaseUrl),
    };
    const error = await migrateAll(poor, silent).catch((reason) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect(error.message).toContain(`LEDGER_DATABASE_URL=postgresql://${role}:PASSWORD@`);
    expect(error.message).not.toContain('s3cret');
    await onServer(/CREATE DATABASE .*;/.exec(error.message)?.[0] ?? '');
    await migrateAll(poor, silent);
    await expect(assertMigrated(poor)).resolves.toBeUndefined();
  });

  test('is never the platform’s own database, however its address is spelt', async () => {
    const { databaseUrl } = await databases({ shape: 'platform' });
    const proxy = await tcpProxy(Number(new URL(databaseUrl).port));
    endings.push(proxy.close);
    const config = { databaseUrl, ledgerDatabaseUrl: proxy.through(databaseUrl), ledgerIsDerived: false };
    const before = await shapeOf(databaseUrl);
    await expect(migrateAll(config, silent)).rejects.toThrow('names the platform’s own database');
    await expect(assertMigrated(config)).rejects.toThrow('names the platform’s own database');
    expect(await shapeOf(databaseUrl)).toEqual(before);
  });

  test('that a newer CapOps migrated is refused', async () => {
    const config = await databases({ shape: 'platform' });
    await migrateAll(config, silent);
    await query(config.ledgerDatabaseUrl, "INSERT INTO knex_migrations (name, batch) VALUES ('9999-later.ts', 2)");
    await expect(assertMigrated(config)).rejects.toThrow('A newer CapOps has migrated the ledger (9999-later.ts)');
    await expect(migrateAll(config, silent)).rejects.toThrow('A newer CapOps');
  });
});

describe('a server', () => {
  test('that is down is unavailable, not wrong', async () => {
    const config = await databases({ shape: 'platform' });
    const proxy = await tcpProxy(Number(new URL(config.databaseUrl).port));
    endings.push(proxy.close);
    await proxy.refuse();
    const ledgerDown = { ...config, ledgerDatabaseUrl: proxy.through(config.ledgerDatabaseUrl) };
    await expect(assertMigrated(ledgerDown)).rejects.toThrow(UnavailableError);
    await expect(assertMigrated(ledgerDown)).rejects.toThrow('The ledger’s database does not answer.');
  });

  test('that lacks the platform’s database names the setting', async () => {
    const config = await databases({ shape: 'platform' });
    const lost = { ...config, databaseUrl: withDatabase(config.databaseUrl, 'nowhere') };
    await expect(migrateAll(lost, silent)).rejects.toThrow(/^DATABASE_URL: .* knows no database of that name/);
  });
});

test('a start learns that nothing is pending for little more than what two connections cost', async () => {
  const config = await databases({ shape: 'platform' });
  await migrateAll(config, silent);
  const times: Record<'bare' | 'asked', number[]> = { bare: [], asked: [] };
  const timed = async (which: keyof typeof times, work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    times[which].push(performance.now() - start);
  };
  for (let round = 0; round < 8; round++) {
    const urls = [config.databaseUrl, config.ledgerDatabaseUrl];
    await timed('bare', () => Promise.all(urls.map((url) => query(url, 'SELECT 1'))));
    await timed('asked', () => assertMigrated(config));
  }
  expect(Math.min(...times.asked)).toBeLessThan(3 * Math.min(...times.bare));
});
