import { expect, onTestFinished, test } from 'vitest';
import { addressOf, onServer } from '../setup/database.ts';
import { beside, between, codes, done } from './restore-ground.ts';
import { someOwner } from './restore-owner.ts';
import { query } from './restore-writer.ts';

/** Superusers are on the database, whom nobody else may end, and go a moment after the switch has begun. */
function superusersGo(live: string): void {
  const server = addressOf('postgres');
  const timer = setInterval(async () => {
    const waiting = await query(
      server,
      `SELECT FROM pg_stat_activity WHERE query LIKE 'ALTER DATABASE "${live}" RENAME%'`,
    );
    if (waiting.length > 0)
      await onServer(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${live}' AND usename = 'postgres'`,
      );
  }, 200);
  onTestFinished(() => clearInterval(timer));
}

test('a restore needs no superuser, waits for one to go, and says what only one may give', async () => {
  const { user, ...owner } = await someOwner('CREATEDB');
  await onServer(`GRANT pg_signal_backend TO ${user}`);
  const ground = await between(owner);
  const live = new URL(ground.platformUrl).pathname.slice(1);
  await onServer(
    `ALTER DATABASE ${live} SET log_min_duration_statement = 1234`,
    `ALTER DATABASE ${live} SET app.secret = 'hush'`,
    `ALTER DATABASE ${live} SET work_mem = '7MB'`,
    `ALTER ROLE postgres IN DATABASE ${live} SET lock_timeout = '10s'`,
  );
  await codes(ground); // As a superuser, who stays connected.
  superusersGo(live);
  const words = await done(ground, 'restore latest');
  expect(words).toContain('The setting log_min_duration_statement of the database is not on what is restored');
  expect(words).toContain('The setting lock_timeout of postgres in the database is not on what is restored');
  expect(words).toContain('The setting app.secret of the database');
  expect(words).not.toMatch(/1234|hush/);
  expect([await codes(ground), await beside(ground)]).toEqual([['LHR'], ['before']]);
  expect(await ground.platform('SHOW work_mem')).toEqual([{ work_mem: '7MB' }]);
  await done(ground, 'undo-restore');
  expect(await codes(ground)).toEqual(['LHR', 'SIN']);
}, 60_000);
