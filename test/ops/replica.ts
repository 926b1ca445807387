import { openDatabases } from '../../src/adapters/databases.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { runDue } from '../../src/ops/scheduling/run-due.ts';
import { createService } from '../../src/ops/service/service.ts';
import type { Policy, Ports } from '../../src/ports.ts';

// One replica's schedule in a process of its own, for tests that kill it. Its clock stands still; it looks all the time.

const { DATABASE_URL = '', LEDGER_DATABASE_URL = '', CODES = '', NOW = '' } = process.env;
const nobody = { users: [], groups: [] };
const policy: Policy = {
  roles: { viewer: nobody, operator: nobody, admin: nobody },
  trustUserGroups: false,
  teamId: undefined,
  allowedChannels: [],
  osUsers: undefined,
  schedule: CODES.split(',').map((code) => ({
    name: `grant-${code.toLowerCase()}`,
    cron: '0 2 * * *',
    timeZone: 'UTC',
    operation: 'grant-module',
    input: { org: code, module: 'work' },
    channel: 'C0OPS',
    catchUpMs: 3_600_000,
  })),
};
const quiet = () => undefined;
const stopping = new AbortController();
const { databases, close } = openDatabases({ databaseUrl: DATABASE_URL, ledgerDatabaseUrl: LEDGER_DATABASE_URL });
const ports: Ports = {
  databases,
  cache: undefined,
  directory: undefined,
  clock: { now: () => new Date(NOW) },
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  settings: { environment: 'test', timeZone: 'UTC', policy, requestsPerMinute: 60 },
};
const service = createService(ports, OPERATIONS);
const announcer = {
  post: async () => ({ channel: 'C0OPS', ts: '1' }),
  reply: async () => ({ channel: 'C0OPS', ts: '2' }),
  amend: async () => undefined,
};

process.on('SIGTERM', () => stopping.abort());
process.stdout.write('ready\n');
while (!stopping.signal.aborted) await runDue({ ports, service, announcer }, stopping.signal);
await service.settled();
await close();
