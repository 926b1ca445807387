import { openBackups } from '../../src/adapters/backup-desk.ts';
import { openDatabases } from '../../src/adapters/databases.ts';
import { thisMachine } from '../../src/adapters/processes.ts';
import { openRedisCache } from '../../src/adapters/redis-cache.ts';
import { openRestores } from '../../src/adapters/restore-desk.ts';
import { readPrograms } from '../../src/config/programs.ts';
import { Start } from '../../src/models/start.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService, type Outcome } from '../../src/ops/service/service.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import { TERMINAL } from './desk.ts';

/** What somebody at a terminal works on. */
export interface Workplace {
  readonly databaseUrl: string;
  readonly ledgerDatabaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly folder: string;
}

/** A terminal on databases with any name, which says in the ledger that it is there. */
export interface Terminal {
  /** Confirms what is shown. */
  types(command: string): Promise<Outcome>;
  close(): Promise<void>;
}

export async function openTerminal({ databaseUrl, ledgerDatabaseUrl, redisUrl, folder }: Workplace): Promise<Terminal> {
  const programs = readPrograms(process.env).value;
  if (!programs) throw new Error('PG_BIN is wrong');
  const settings = { environment: 'test', timeZone: 'Europe/London', policy: undefined, backups: undefined };
  const backups = { folder, offsite: undefined };
  const { databases, close } = openDatabases({ databaseUrl, ledgerDatabaseUrl });
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const { machine = null, pid } = thisMachine();
  const here = { host: 'here', pid, machine, version: '0', environment: 'test', policySha256: null };
  const startId = await Start.record(databases.ledger, { startedAt: new Date(), ...here });
  const desk = { backups, programs, age: { identityFile: undefined }, settings, databaseUrl, ledgerDatabaseUrl };
  const service = createService(
    {
      ...{ databases, log, settings, startId, processes: thisMachine(), directory: undefined },
      cache: redisUrl === undefined ? undefined : openRedisCache(redisUrl, log),
      clock: { now: () => new Date() },
      openBackups: () => openBackups({ ...desk, version: '0.1.0' }),
      openRestores: async () => openRestores({ databaseUrl, drillDatabaseUrl: undefined, programs, backups }),
    },
    OPERATIONS,
  );
  return {
    types: async (command) => {
      const [verb = '', ...words] = splitWords(command);
      const operation = service.find(verb);
      if (!operation) throw new Error(`no operation ${verb}`);
      const raw = readWords(operation, words);
      const request = { operation, actor: TERMINAL, raw, force: { reason: 'a test' } };
      const shown = await service.execute(request);
      if (shown.kind !== 'preview' || shown.confirmation === undefined) return shown;
      return service.execute({ ...request, confirmation: shown.confirmation });
    },
    close: async () => {
      await service.settled();
      // The ledger may be down, as anything may here.
      await Start.ended(databases.ledger, startId, new Date()).catch(() => undefined);
      await close();
    },
  };
}
