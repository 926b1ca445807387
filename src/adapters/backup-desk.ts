import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';
import { archiveIn } from '../config/backups.ts';
import { databaseName } from '../config/database-url.ts';
import type { Config } from '../config.ts';
import { ARCHIVE } from '../domain/monthly-archive.ts';
import type { BackupDesk, BackupStorage, DumpSource, DumpTools } from '../ports.ts';
import { openDumpTools } from './dump-tools.ts';
import { openLocalStorage } from './local-storage.ts';

type Given = Pick<Config, 'backups' | 'programs' | 'age' | 'databaseUrl' | 'ledgerDatabaseUrl'> & {
  readonly settings: Pick<Config['settings'], 'backups'>;
  /** CapOps’ own. */
  readonly version: string;
};

/** What backups are made with, and where they are kept. Nothing is connected before it is used. */
export async function openBackups(config: Given): Promise<BackupDesk> {
  const { backups, programs, settings, databaseUrl, ledgerDatabaseUrl } = config;
  const tools = openDumpTools(programs, backups.folder);
  const local = openLocalStorage({ name: 'local', folder: backups.folder });
  return {
    sources: { platform: source(tools, 'platform', databaseUrl), ledger: source(tools, 'ledger', ledgerDatabaseUrl) },
    check: tools.check,
    local,
    offsite: await openOffsite(backups.offsite),
    archive: await openArchive(backups.offsite, settings.backups?.monthly),
    file: (path) => fileOn({ local, folder: backups.folder }, path),
    recipients: settings.backups?.encryptTo ?? [],
    identities: await readIdentities(config.age.identityFile),
    version: config.version,
  };
}

function source(tools: DumpTools, role: DumpSource['role'], url: string): DumpSource {
  return {
    role,
    database: databaseName(url),
    inspect: (options) => tools.inspect(url, options),
    dump: (request) => tools.dump(url, request),
  };
}

async function openOffsite(settings: Config['backups']['offsite']): Promise<BackupStorage | undefined> {
  if (!settings) return undefined;
  const { openS3Storage } = await import('./s3-storage.ts');
  return openS3Storage({ name: 'offsite', settings });
}

/** Beside the storage off site, in the same store, so that the store copies by itself. */
async function openArchive(
  offsite: Config['backups']['offsite'],
  monthly: NonNullable<Given['settings']['backups']>['monthly'],
): Promise<BackupStorage | undefined> {
  if (!offsite || !monthly) return undefined;
  const { openS3Storage } = await import('./s3-storage.ts');
  const beside = { name: 'offsite', settings: offsite };
  return openS3Storage({ name: ARCHIVE, settings: archiveIn(offsite, monthly), beside });
}

function fileOn(
  { local, folder }: { local: BackupStorage; folder: string },
  path: string,
): ReturnType<BackupDesk['file']> {
  const within = relative(folder, path);
  if (within !== '' && within.split(sep)[0] !== '..') return { storage: local, key: within };
  return { storage: openLocalStorage({ name: dirname(path), folder: dirname(path) }), key: basename(path) };
}

/** One a line, as age-keygen writes them; `#` begins a comment. */
async function readIdentities(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
