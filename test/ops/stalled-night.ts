import { setTimeout as sleep } from 'node:timers/promises';
import { openBackups } from '../../src/adapters/backup-desk.ts';
import { openDatabases } from '../../src/adapters/databases.ts';
import type { S3Settings } from '../../src/config/backups.ts';
import { readPrograms } from '../../src/config/programs.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService } from '../../src/ops/service/service.ts';
import type { BackupSettings, BackupStorage } from '../../src/ports.ts';

/** Where the night's backups go. */
export interface Stall {
  readonly databaseUrl: string;
  readonly ledgerDatabaseUrl: string;
  readonly folder: string;
  readonly offsite: S3Settings | undefined;
  readonly backups: BackupSettings;
}

/** A process that does the night's work, says `stalled` when the first manifest is to be written, and goes no further. */
const stall = JSON.parse(process.argv[2] ?? '') as Stall;
const { databaseUrl, ledgerDatabaseUrl, folder, offsite, backups } = stall;
const programs = readPrograms(process.env).value;
if (!programs) throw new Error('PG_BIN is wrong');
const settings = { environment: 'test', timeZone: 'UTC', policy: undefined, backups };
const desk = await openBackups({
  ...{ backups: { folder, offsite }, programs, age: { identityFile: undefined }, settings, version: '0.1.0' },
  ...{ databaseUrl, ledgerDatabaseUrl },
});

function stalling(storage: BackupStorage): BackupStorage {
  return {
    ...storage,
    write: async (key, content, options) => {
      if (!key.endsWith('.manifest.json')) return storage.write(key, content, options);
      process.stdout.write('stalled\n');
      await sleep(600_000);
      throw new Error('nobody killed this');
    },
  };
}

const held = { ...desk, local: stalling(desk.local), offsite: desk.offsite && stalling(desk.offsite) };
const quiet = () => undefined;
const service = createService(
  {
    databases: openDatabases({ databaseUrl, ledgerDatabaseUrl }).databases,
    ...{ cache: undefined, directory: undefined, settings },
    clock: { now: () => new Date() },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    openBackups: async () => held,
  },
  OPERATIONS,
);
const operation = service.find('nightly-backup');
if (!operation) throw new Error('there is no night');
const actor = { id: 'cli:root@night', name: 'root', face: 'terminal', osUser: 'root' } as const;
await service.execute({ operation, actor, raw: {} });
