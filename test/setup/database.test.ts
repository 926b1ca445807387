import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { createPlatformDatabase } from './database.ts';

async function rows(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client
    .query(sql)
    .then((result) => result.rows)
    .finally(() => client.end());
}

const TABLES = `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
  WHERE table_schema IN ('public', 'entitlement', 'assets', 'work') ORDER BY 1`;

describe('a database for a test', () => {
  test('in the shape of the platform has its tables and no rows', async () => {
    const database = await createPlatformDatabase({ shape: 'platform' });
    const names = (await rows(database.platformUrl, TABLES)).map((row) => row.name);
    expect(names).toEqual([
      'assets.stands',
      'entitlement.entitlement_audits',
      'entitlement.entitlements',
      'public._prisma_migrations',
      'public.audit_logs',
      'public.organizations',
      'public.users',
      'work.work_requests',
    ]);
    expect(await rows(database.platformUrl, 'SELECT * FROM public.organizations')).toEqual([]);
    await database.drop();
  });

  test('in the empty shape has no table', async () => {
    const database = await createPlatformDatabase({ shape: 'empty' });
    expect(await rows(database.platformUrl, TABLES)).toEqual([]);
    await database.drop();
  });

  test('comes without its ledger unless asked', async () => {
    const without = await createPlatformDatabase({ shape: 'empty' });
    const withOne = await createPlatformDatabase({ shape: 'empty', ledger: 'empty' });
    expect(new URL(without.ledgerUrl).pathname).toBe(`${new URL(without.platformUrl).pathname}_capops`);
    await expect(rows(without.ledgerUrl, 'SELECT 1')).rejects.toThrow('does not exist');
    expect(await rows(withOne.ledgerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await Promise.all([without.drop(), withOne.drop()]);
  });

  test('is gone once dropped, open connections or not', async () => {
    const database = await createPlatformDatabase({ shape: 'platform' });
    const client = new Client({ connectionString: database.platformUrl });
    client.on('error', () => {});
    await client.connect();
    await database.drop();
    await expect(rows(database.platformUrl, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  test('speaks to sessions far from UTC', async () => {
    const database = await createPlatformDatabase({ shape: 'empty' });
    expect(await rows(database.platformUrl, 'SHOW timezone')).toEqual([{ TimeZone: 'America/Los_Angeles' }]);
    expect(new Date('2026-01-01T00:00:00Z').getHours()).toBe(16);
    await database.drop();
  });
});
