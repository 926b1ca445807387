import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { onTestFinished } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import type { Desk } from '../ops/desk.ts';
import { onServer } from '../setup/database.ts';

/** The desk's platform as a role of its own sees it, made with these options; both are gone when the test ends. */
export async function openAs(desk: Desk, options: string): Promise<{ platform: Knex; role: string }> {
  const role = `reader_${randomBytes(4).toString('hex')}`;
  await onServer(`CREATE ROLE ${role} ${options} PASSWORD 'reader'`);
  const url = Object.assign(new URL(desk.platformUrl), { username: role, password: 'reader' });
  const { databases, close } = openDatabases({ databaseUrl: url.href, ledgerDatabaseUrl: desk.ledgerUrl });
  onTestFinished(async () => {
    await close();
    await desk.platform(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
  return { platform: databases.platform, role };
}
