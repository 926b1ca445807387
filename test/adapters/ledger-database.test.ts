import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { assertMigrated, migrateAll } from '../../src/adapters/migrations.ts';
import { StartError } from '../../src/errors.ts';
import { onServer } from '../setup/database.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';
import { addresses } from './addresses.ts';
import { query, shapeOf } from './shape.ts';

const silent = () => undefined;

describe('the ledger', () => {
  test('is made in UTF-8, and on a server of its own where its address says so', async () => {
    const config = await addresses({ shape: 'platform' });
    await migrateAll({ ...config, ledgerIsDerived: false }, silent);
    expect(await query(config.ledgerDatabaseUrl, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  });

  test('that the server does not let us make gets the SQL for an administrator, which then works', async () => {
    const role = `guest_${randomUUID().slice(0, 8)}`;
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 's3cret%'`);
    onTestFinished(() => onServer(`DROP ROLE ${role}`)); // After its databases, since what is registered last is done first.
    const config = await addresses({ shape: 'platform' });
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
    const { databaseUrl } = await addresses({ shape: 'platform' });
    const proxy = await tcpProxy(Number(new URL(databaseUrl).port));
    onTestFinished(proxy.close);
    const config = { databaseUrl, ledgerDatabaseUrl: proxy.through(databaseUrl), ledgerIsDerived: false };
    const before = await shapeOf(databaseUrl);
    await expect(migrateAll(config, silent)).rejects.toThrow('names the platform’s own database');
    await expect(assertMigrated(config)).rejects.toThrow('names the platform’s own database');
    expect(await shapeOf(databaseUrl)).toEqual(before);
  });

  test('that a newer CapOps migrated is refused', async () => {
    const config = await addresses({ shape: 'platform' });
    await migrateAll(config, silent);
    await query(config.ledgerDatabaseUrl, "INSERT INTO knex_migrations (name, batch) VALUES ('9999-later.ts', 2)");
    await expect(assertMigrated(config)).rejects.toThrow('A newer CapOps has migrated the ledger (9999-later.ts)');
    await expect(migrateAll(config, silent)).rejects.toThrow('A newer CapOps');
  });
});
