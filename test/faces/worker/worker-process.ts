import { openDatabases } from '../../../src/adapters/databases.ts';
import { openJobQueue } from '../../../src/adapters/job-queue.ts';
import { thisMachine } from '../../../src/adapters/processes.ts';
import { startWorker } from '../../../src/faces/worker/index.ts';
import { Start } from '../../../src/models/start.ts';
import { createService } from '../../../src/ops/service/service.ts';
import type { Ports } from '../../../src/ports.ts';
import { POLICY } from '../../ops/desk.ts';
import { digging, survey } from '../../ops/survey.ts';

// A worker in a process of its own, for tests that end it.

const { DATABASE_URL = '', LEDGER_DATABASE_URL = '', NOW = '', GRACE_MS = '0' } = process.env;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const { databases, close } = openDatabases({ databaseUrl: DATABASE_URL, ledgerDatabaseUrl: LEDGER_DATABASE_URL });
const processes = thisMachine();
const startId = await Start.record(databases.ledger, {
  startedAt: new Date(NOW),
  host: 'worker',
  pid: process.pid,
  machine: processes.machine ?? null,
  version: '0',
  environment: 'test',
  policySha256: null,
});
const queue = openJobQueue(databases.ledger, log, { heartbeatSeconds: 10, superviseSeconds: 1 });
const ports: Ports = {
  startId,
  processes,
  databases,
  jobs: queue,
  cache: undefined,
  directory: undefined,
  clock: { now: () => new Date(NOW) },
  log,
  settings: { environment: 'test', timeZone: 'UTC', policy: POLICY },
};
const service = createService(ports, [survey, digging]);
const worker = startWorker({ ports, service, queue, concurrency: 2, graceMs: Number(GRACE_MS) });
process.on('SIGTERM', async () => {
  await worker.stop();
  await service.settled();
  await queue.close();
  await close();
});
process.stdout.write('ready\n');
