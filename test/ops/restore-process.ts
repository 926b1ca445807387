import { openBackups } from '../../src/adapters/backup-desk.ts';
import { openDatabases } from '../../src/adapters/databases.ts';
import { thisMachine } from '../../src/adapters/processes.ts';
import { openRedisCache } from '../../src/adapters/redis-cache.ts';
import { openRestores } from '../../src/adapters/restore-desk.ts';
import { readPrograms } from '../../src/config/programs.ts';
import { Start } from '../../src/models/start.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService } from '../../src/ops/service/service.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import { said, TERMINAL } from './desk.ts';

/** What a process of its own does in the terminal’s way, and on what. */
export interface Task {
  readonly command: string;
  readonly databaseUrl: string;
  readonly ledgerDatabaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly folder: string;
}

const task = JSON.parse(process.argv[2] ?? '') as Task;
const { databaseUrl, ledgerDatabaseUrl, redisUrl, folder, command } = task;
const programs = readPrograms(process.env).value;
if (!programs) throw new Error('PG_BIN is wrong');
const settings = { environment: 'test', timeZone: 'Europe/London', policy: undefined, backups: undefined };
const backups = { folder, offsite: undefined };
const { databases, close } = openDatabases({ databaseUrl, ledgerDatabaseUrl });
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const startId = await Start.record(databases.ledger, {
  ...{ startedAt: new Date(), host: 'here', pid: process.pid, machine: thisMachine().machine ?? null },
  ...{ version: '0', environment: 'test', policySha256: null },
});
const service = createService(
  {
    ...{ databases, log, settings, startId, processes: thisMachine(), directory: undefined },
    cache: redisUrl === undefined ? undefined : openRedisCache(redisUrl, log),
    clock: { now: () => new Date() },
    openBackups: () =>
      openBackups({
        ...{ backups, programs, age: { identityFile: undefined }, settings, databaseUrl, ledgerDatabaseUrl },
        version: '0.1.0',
      }),
    openRestores: async () => openRestores({ databaseUrl, drillDatabaseUrl: undefined, programs, backups }),
  },
  OPERATIONS,
);
const [verb = '', ...words] = splitWords(command);
const operation = service.find(verb);
if (!operation) throw new Error(`no operation ${verb}`);
const request = {
  ...{ operation, actor: TERMINAL, raw: readWords(operation, words), force: { reason: 'a test' } },
};
const shown = await service.execute(request);
const outcome =
  shown.kind === 'preview' && shown.confirmation !== undefined
    ? await service.execute({ ...request, confirmation: shown.confirmation })
    : shown;
process.stdout.write(said(outcome));
await service.settled();
await Start.ended(databases.ledger, startId, new Date());
await close();
