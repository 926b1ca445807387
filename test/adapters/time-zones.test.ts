import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlatformDatabase, type PlatformDatabase } from '../setup/database.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

let database: PlatformDatabase;

beforeAll(async () => {
  database = await createPlatformDatabase({ shape: 'platform', ledger: 'empty' });
});

afterAll(() => database.drop());

const SCRIPT = `
  import { openDatabases } from './src/adapters/databases.ts';
  const [databaseUrl, ledgerDatabaseUrl] = process.argv.slice(1);
  const { databases: { platform, ledger }, close } = openDatabases({ databaseUrl, ledgerDatabaseUrl });
  const at = new Date('2026-10-25T01:30:00.123Z');
  const ask = 'SELECT ?::timestamp AS plain, ?::timestamptz AS zoned, (?::timestamp)::text AS stored, now()::timestamp AS now';
  for (const database of [platform, ledger]) {
    const { plain, zoned, stored, now } = (await database.raw(ask, [at, at, at])).rows[0];
    const row = [new Date().getTimezoneOffset() !== 0, plain, zoned, stored, Math.abs(now.getTime() - Date.now()) < 60_000];
    console.log(JSON.stringify(row));
  }
  await close();`;

test.each([
  ['UTC', false],
  ['America/Los_Angeles', true],
  ['Asia/Kolkata', true],
])('a process in %s reads and writes the same moments', (zone, isOffset) => {
  const args = ['--input-type=module-typescript', '-e', SCRIPT, database.platformUrl, database.ledgerUrl];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, TZ: zone },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const moment = '2026-10-25T01:30:00.123Z';
  const row = [isOffset, moment, moment, '2026-10-25 01:30:00.123', true];
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([row, row]);
});
