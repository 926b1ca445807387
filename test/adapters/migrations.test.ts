import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import { assertMigrated, migrateAll, pendingMigrations } from '../../src/adapters/migrations.ts';
import { withDatabase } from '../../src/config/database-url.ts';
import { StartError, UnavailableError } from '../../src/errors.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';
import { addresses } from './addresses.ts';
import { query, shapeOf } from './shape.ts';

const silent = () => undefined;
const files = (database: string) => readdirSync(new URL(`../../migrations/${database}`, import.meta.url)).toSorted();
const NAMES = { platform: files('platform'), ledger: files('ledger') };

describe('on an existing platform', () => {
  test('migrating, and using it, leaves every object as it was', async () => {
    const config = await addresses({ shape: 'platform' });
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
    const config = await addresses({ shape: 'platform' });
    await query(config.databaseUrl, sql);
    const before = await shapeOf(config.databaseUrl);
    await expect(migrateAll(config, silent)).rejects.toThrow(message);
    await expect(assertMigrated(config)).rejects.toThrow(StartError);
    expect(await shapeOf(config.databaseUrl)).toEqual(before);
  });

  test('a table that CapOps can do without may be missing', async () => {
    const config = await addresses({ shape: 'platform' });
    await query(config.databaseUrl, 'DROP TABLE public.audit_logs');
    await migrateAll(config, silent);
    await expect(assertMigrated(config)).resolves.toBeUndefined();
  });
});

describe('on an empty database', () => {
  test('the tables get the platform’s own shape, and the bookkeeping a schema of its own', async () => {
    const config = await addresses({ shape: 'empty' });
    const like = await addresses({ shape: 'platform' });
    await migrateAll(config, silent);
    const made = await shapeOf(config.databaseUrl);
    const wanted = await shapeOf(like.databaseUrl);
    const ours = made.filter((line) => !/\bcapops\b/.test(line));
    expect(ours.filter((line) => line.startsWith('table'))).toHaveLength(4);
    const others = /users|_prisma_migrations|\b(assets|work)\b/;
    expect(ours).toEqual(wanted.filter((line) => !others.test(line)));
  });

  test('each step is said, and a second run has nothing to do', async () => {
    const config = await addresses({ shape: 'empty' });
    const name = new URL(config.databaseUrl).pathname.slice(1);
    const lines: string[] = [];
    await migrateAll(config, (line) => lines.push(line));
    await migrateAll(config, (line) => lines.push(line));
    expect(lines).toEqual([
      `Platform (${name}): applied 0001-organisations-and-access.ts.`,
      'Ledger: created its database.',
      `Ledger: applied ${NAMES.ledger.join(', ')}.`,
      `Platform (${name}): up to date.`,
      'Ledger: up to date.',
    ]);
  });

  test('what is pending is known without changing anything, and refuses the start', async () => {
    const config = await addresses({ shape: 'empty' });
    const before = await shapeOf(config.databaseUrl);
    expect(await pendingMigrations(config)).toEqual({ ...NAMES, ledger: 'missing' });
    await expect(assertMigrated(config)).rejects.toThrow(/Run `pnpm db:migrate`/);
    expect(await shapeOf(config.databaseUrl)).toEqual(before);
    await migrateAll(config, silent);
    expect(await pendingMigrations(config)).toEqual({ platform: [], ledger: [] });
  });

  test('several runs at once make everything once', async () => {
    const config = await addresses({ shape: 'empty' });
    await Promise.all([1, 2, 3, 4].map(() => migrateAll(config, silent)));
    expect(await query(config.databaseUrl, 'SELECT name FROM capops.knex_migrations')).toEqual([
      { name: NAMES.platform[0] },
    ]);
    expect(await query(config.ledgerDatabaseUrl, 'SELECT name FROM knex_migrations ORDER BY 1')).toEqual(
      NAMES.ledger.map((name) => ({ name })),
    );
  });
});

describe('a server', () => {
  test('that is down is unavailable, not wrong', async () => {
    const config = await addresses({ shape: 'platform' });
    const proxy = await tcpProxy(Number(new URL(config.databaseUrl).port));
    onTestFinished(proxy.close);
    await proxy.refuse();
    const ledgerDown = { ...config, ledgerDatabaseUrl: proxy.through(config.ledgerDatabaseUrl) };
    await expect(assertMigrated(ledgerDown)).rejects.toThrow(UnavailableError);
    await expect(assertMigrated(ledgerDown)).rejects.toThrow('The ledger’s database does not answer.');
  });

  test('that lacks the platform’s database names the setting', async () => {
    const config = await addresses({ shape: 'platform' });
    const lost = { ...config, databaseUrl: withDatabase(config.databaseUrl, 'nowhere') };
    await expect(migrateAll(lost, silent)).rejects.toThrow(/^DATABASE_URL: .* knows no database of that name/);
  });
});

test('a start learns that nothing is pending for little more than what two connections cost', async () => {
  const config = await addresses({ shape: 'platform' });
  await migrateAll(config, silent);
  const times: Record<'bare' | 'asked', number[]> = { bare: [], asked: [] };
  const timed = async (which: keyof typeof times, work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    times[which].push(performance.now() - start);
  };
  const isCheap = () => Math.min(...times.asked) < 3 * Math.min(...times.bare);
  // Other tests may be at work on this machine.
  for (let round = 0; round < 8 || (round < 40 && !isCheap()); round++) {
    const urls = [config.databaseUrl, config.ledgerDatabaseUrl];
    await timed('bare', () => Promise.all(urls.map((url) => query(url, 'SELECT 1'))));
    await timed('asked', () => assertMigrated(config));
  }
  expect(isCheap(), JSON.stringify(times)).toBe(true);
});
