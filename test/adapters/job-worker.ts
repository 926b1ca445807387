import { openDatabases } from '../../src/adapters/databases.ts';
import { openJobQueue } from '../../src/adapters/job-queue.ts';

// A worker in a process of its own, for tests that kill it. It says which run it took, and holds on to it.

const { LEDGER_DATABASE_URL = '', HOLDS = '' } = process.env;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const { databases } = openDatabases({ databaseUrl: LEDGER_DATABASE_URL, ledgerDatabaseUrl: LEDGER_DATABASE_URL });
const queue = openJobQueue(databases.ledger, log, { heartbeatSeconds: 10, superviseSeconds: 1 });

const handle = async (runId: string) => {
  process.stdout.write(`${runId}\n`);
  if (HOLDS) await new Promise(() => undefined);
  return 'done' as const;
};
await queue.work(handle, { concurrency: 4, signal: new AbortController().signal });
