import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrateAll } from '../../src/adapters/migrations.ts';
import { addresses } from '../adapters/addresses.ts';
import { shapeOf } from '../adapters/shape.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

/** In the place of a developer's own. */
function policyFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'capops-knexfile-')), 'capops.yml');
  writeFileSync(path, 'environment: test', { mode: 0o600 });
  return path;
}

/** knex's own command line, in the project's folder. */
function knex(databaseUrl: string, ...args: string[]): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, [join(PROJECT_ROOT, 'node_modules/knex/bin/cli.js'), ...args], {
    cwd: PROJECT_ROOT,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      LEDGER_DATABASE_URL: `${databaseUrl}_capops`,
      CAPOPS_CONFIG: policyFile(),
    },
    encoding: 'utf8',
  });
}

test('knex’s own command line knows both databases', async () => {
  const config = await addresses({ shape: 'empty' });
  await migrateAll(config, () => undefined);
  for (const database of ['platform', 'ledger']) {
    const { status, stdout } = knex(config.databaseUrl, 'migrate:list', '--env', database);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining('No Pending Migration files Found'),
    });
  }
});

test('knex’s own command line leaves an existing platform as it is', async () => {
  const { databaseUrl } = await addresses({ shape: 'platform' });
  const before = await shapeOf(databaseUrl);
  expect(knex(databaseUrl, 'migrate:latest', '--env', 'platform').status).not.toBe(0);
  expect(await shapeOf(databaseUrl)).toEqual(before);
});
