import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabases } from '../../src/adapters/databases.ts';
import { withLease } from '../../src/ops/service/lease.ts';

// Takes a lease in a process of its own, for tests that kill it; it says so, and renews the lease without end.

const { LEDGER_DATABASE_URL = '', HELD_MS = '', RENEW_MS = '' } = process.env;
const quiet = () => undefined;
const { databases } = openDatabases({ databaseUrl: LEDGER_DATABASE_URL, ledgerDatabaseUrl: LEDGER_DATABASE_URL });
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const settings = { environment: 'test', timeZone: 'UTC', policy: undefined };
const claim = { resource: 'database airport', runId: undefined, holder: 'Vera', work: 'restore-database' };
const pace = { heldMs: Number(HELD_MS), renewMs: Number(RENEW_MS) };
const forever = async () => {
  process.stdout.write('taken\n');
  for (;;) await sleep(1000);
};
await withLease({ databases, log, settings }, claim, forever, pace);
