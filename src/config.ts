import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AgeKeys, readAge } from './config/age.ts';
import { type BackupStores, readBackupStores } from './config/backups.ts';
import { deriveLedgerUrl, sameDatabase } from './config/database-url.ts';
import { type DockerHost, readDocker } from './config/docker.ts';
import { type Environment, readEnvironment } from './config/environment.ts';
import { type Checked, startError } from './config/faults.ts';
import type { Given } from './config/given.ts';
import { readPolicyFile } from './config/policy-file.ts';
import { type Programs, readPrograms } from './config/programs.ts';
import { readServices, type Services } from './config/services.ts';
import { readSlack, type SlackConfig } from './config/slack.ts';
import { readWatching, type Watching } from './config/watching.ts';
import type { Settings } from './ports.ts';

export type { SlackConfig } from './config/slack.ts';

/** Everything CapOps is told from outside, checked. */
export interface Config {
  readonly databaseUrl: string;
  /** LEDGER_DATABASE_URL, or else the database `<name>_capops` beside the platform's. */
  readonly ledgerDatabaseUrl: string;
  readonly ledgerIsDerived: boolean;
  /** Where drills of a restore are made; undefined: beside the platform's database. */
  readonly drillDatabaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** Undefined without SLACK_BOT_TOKEN. */
  readonly slack: SlackConfig | undefined;
  readonly watching: Watching;
  /** Where the platform's own services are. */
  readonly services: Services;
  readonly docker: DockerHost;
  readonly settings: Settings;
  /** The id of the channel that hears of changes made elsewhere. */
  readonly announcements: string | undefined;
  /** Undefined where there is none: Slack is denied, the terminal is admin. */
  readonly policyFile: { readonly path: string; readonly sha256: string } | undefined;
  /** The folder in which emergency operations are recorded while the ledger is down; it need not be there yet. */
  readonly stateFolder: string;
  /** Whether the bot does what takes long itself, and how many runs of that a process works at a time. */
  readonly worker: { readonly isHere: boolean; readonly concurrency: number };
  /** Where PostgreSQL's programs and the compressors are looked for. */
  readonly programs: Programs;
  /** Where backups are kept; the folder is absolute. */
  readonly backups: BackupStores;
  readonly age: AgeKeys;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** What was set, as far as others may see it, and every secret in it. Read when somebody asks: few do. */
  readonly given: () => Promise<Given>;
}

/** Where settings come from: variables, and the folder that may hold `.env` and `capops.yml`. */
export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** Reads and checks every setting; variables win over `.env`. Throws a StartError that names each wrong one. */
export function loadConfig(source: ConfigSource = ownSource()): Config {
  const environment = readEnvironment(source);
  const { variables } = environment;
  const file = readPolicyFile(source.folder, variables.CAPOPS_CONFIG);
  const backups = readBackups(variables, source.folder);
  const storage = storageFaults(file, backups);
  if (storage.length > 0) throw startError(storage);
  const read = allOf({
    environment,
    slack: readSlack(variables),
    watching: readWatching(variables),
    services: readServices(variables),
    docker: readDocker(variables),
    backups,
    file,
    ledger: environment.value ? ledgerOf(environment.value) : none,
  });
  return {
    databaseUrl: read.environment.DATABASE_URL,
    ledgerDatabaseUrl: read.ledger,
    ledgerIsDerived: read.environment.LEDGER_DATABASE_URL === undefined,
    drillDatabaseUrl: read.environment.DRILL_DATABASE_URL,
    redisUrl: read.environment.REDIS_URL,
    slack: read.slack.slack,
    watching: read.watching,
    services: read.services,
    docker: read.docker,
    ...read.backups,
    stateFolder: resolve(source.folder, read.environment.CAPOPS_STATE_DIR),
    worker: {
      isHere: read.environment.CAPOPS_WORKER === 'here',
      concurrency: read.environment.CAPOPS_CONCURRENCY,
    },
    logLevel: read.environment.CAPOPS_LOG_LEVEL,
    given: async () => (await import('./config/given.ts')).givenBy(variables, source.folder),
    ...read.file,
    settings: withStorage(read.file.settings, read.backups.backups),
  };
}

/** What every part reads. Throws a StartError with the faults of all where one has any. */
function allOf<P extends Readonly<Record<string, Checked<unknown>>>>(
  parts: P,
): { readonly [K in keyof P]: NonNullable<P[K]['value']> } {
  const faults = Object.values(parts).flatMap((part) => part.faults);
  if (faults.length > 0) throw startError(faults);
  const values = Object.entries(parts).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(values);
}

/** What backups are made with, and where they are kept. */
function readBackups(
  variables: Parameters<typeof readPrograms>[0],
  folder: string,
): Checked<Pick<Config, 'programs' | 'backups' | 'age'>> {
  const [programs, stores, age] = [readPrograms(variables), readBackupStores(variables), readAge(variables, folder)];
  if (!programs.value || !stores.value || !age.value) {
    return { value: undefined, faults: [programs, stores, age].flatMap((part) => part.faults) };
  }
  const backups = { ...stores.value, folder: resolve(folder, stores.value.folder) };
  return { value: { programs: programs.value, backups, age: age.value }, faults: [] };
}

/** Where backups go, where capops.yml does not say. */
function withStorage(settings: Settings, { offsite }: BackupStores): Settings {
  const { backups } = settings;
  return backups ? { ...settings, backups: { storage: offsite ? 'offsite' : 'local', ...settled(backups) } } : settings;
}

function settled({ storage, ...backups }: NonNullable<Settings['backups']>): NonNullable<Settings['backups']> {
  return storage ? { storage, ...backups } : backups;
}

/** What capops.yml sends off site needs a place there. */
function storageFaults(
  { value: file }: ReturnType<typeof readPolicyFile>,
  { value: here }: ReturnType<typeof readBackups>,
): string[] {
  const { storage, monthly, retention } = file?.settings.backups ?? {};
  if (monthly && retention?.monthly === 0) return [`backups.monthly: ${NO_MONTHLY}`];
  const needs = storage ? `storage: ${storage}` : monthly && 'monthly';
  if (!here || here.backups.offsite || needs === undefined || storage === 'local') return [];
  return [`S3_BUCKET: found nothing, although capops.yml has backups.${needs}. Allowed: the bucket’s name.`];
}

const NO_MONTHLY = 'found a section, although backups.retention.monthly is 0. Allowed: a number above 0 there.';

/** The project's own folder, from wherever CapOps is run: who may do what must not depend on where somebody stands. */
function ownSource(): ConfigSource {
  const own = fileURLToPath(new URL('..', import.meta.url));
  return { env: process.env, folder: process.env.CAPOPS_FOLDER || own };
}

const none: Checked<string> = { value: undefined, faults: [] };

function ledgerOf({ DATABASE_URL, LEDGER_DATABASE_URL }: Environment): Checked<string> {
  if (LEDGER_DATABASE_URL === undefined) return deriveLedgerUrl(DATABASE_URL);
  if (!sameDatabase(DATABASE_URL, LEDGER_DATABASE_URL)) return { value: LEDGER_DATABASE_URL, faults: [] };
  const fault =
    'LEDGER_DATABASE_URL names the same database as DATABASE_URL. Allowed: a database of its own, since a restore of the platform must not touch the ledger.';
  return { value: undefined, faults: [fault] };
}
