import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openBackups } from '../../src/adapters/backup-desk.ts';
import type { S3Settings } from '../../src/config/backups.ts';
import { readPrograms } from '../../src/config/programs.ts';
import { type BackupManifest, manifestText } from '../../src/domain/backup-manifest.ts';
import { backupKey, manifestKey } from '../../src/domain/backup-name.ts';
import { inOnePiece } from '../../src/ops/backups/in-one-piece.ts';
import type {
  BackupDesk,
  BackupSettings,
  BackupStorage,
  DumpSource,
  Probes,
  RestoreDesk,
  Settings,
} from '../../src/ports.ts';
import { type Desk, openDesk } from './desk.ts';
import { plantedManifest } from './planted-manifest.ts';

/** A desk with real programs, real databases and a folder of its own for backups. */
export interface Ground extends Desk {
  /** What an operation gets; a test may put something else in its places. */
  backups: BackupDesk;
  /** BACKUP_DIR. */
  readonly folder: string;
  /** A folder that is nobody's. */
  readonly elsewhere: string;
  /** Every file under BACKUP_DIR. */
  files(): string[];
}

interface GroundOptions {
  readonly offsite?: S3Settings;
  readonly backups?: Partial<BackupSettings>;
  readonly settings?: Partial<Settings>;
  /** What health is looked at with; absent: nothing. */
  readonly probes?: () => Promise<Probes>;
  /** What is put in the place of what restores are made with. */
  readonly restores?: Partial<RestoreDesk>;
  /** Rewrites the addresses that operations get of the databases. */
  readonly through?: (url: string, database: 'platform' | 'ledger') => string;
  /** Where the private keys are. */
  readonly identityFile?: string;
}

export const RETENTION = { daily: 7, weekly: 4, monthly: 12, manualDays: 7, safetyDays: 30 };

/** Opened for one test, and closed with it. */
export async function openGround({
  offsite,
  backups,
  settings,
  identityFile,
  probes,
  restores,
  through,
}: GroundOptions = {}): Promise<Ground> {
  const home = mkdtempSync(join(tmpdir(), 'capops-backups-'));
  const folder = join(home, 'backups');
  const own = { ...settings, backups: { retention: RETENTION, ...backups } };
  const state: { backups?: BackupDesk } = {};
  const programs = readPrograms(process.env).value;
  if (!programs) throw new Error('PG_BIN is wrong');
  const desk: Desk = await openDesk({
    settings: own,
    backups: async () => {
      if (!state.backups) throw new Error('no backups yet');
      return state.backups;
    },
    ...(probes ? { probes } : {}),
    ...(through ? { through } : {}),
    restores: async () => {
      const { openRestores } = await import('../../src/adapters/restore-desk.ts');
      const own = {
        databaseUrl: through ? through(desk.platformUrl, 'platform') : desk.platformUrl,
        drillDatabaseUrl: undefined,
        programs,
        backups: { folder, offsite },
      };
      return { ...openRestores(own), ...restores };
    },
  });
  desk.now = new Date();
  onTestFinished(async () => {
    await desk.close();
    rmSync(home, { recursive: true });
  });
  state.backups = await openBackups({
    backups: { folder, offsite },
    programs,
    age: { identityFile },
    settings: own,
    databaseUrl: desk.platformUrl,
    ledgerDatabaseUrl: desk.ledgerUrl,
    version: '0.1.0',
  });
  return Object.defineProperties(desk, {
    backups: { get: () => state.backups, set: (other: BackupDesk) => void Object.assign(state, { backups: other }) },
    folder: { value: folder },
    elsewhere: { value: home },
    files: { value: () => filesUnder(folder) },
  }) as Ground;
}

/** Every database is so large that several sessions dump it. */
export const LARGE = { parallelAboveBytes: 1 };

/** The machine has processors enough for that, whatever it has. */
export function withProcessors(ground: Ground): Ground {
  const { sources } = ground.backups;
  const many = (source: DumpSource): DumpSource => ({
    ...source,
    inspect: async (options) => ({ ...(await source.inspect(options)), jobs: 2 }),
  });
  ground.backups = { ...ground.backups, sources: { platform: many(sources.platform), ledger: many(sources.ledger) } };
  return ground;
}

function filesUnder(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch {
    return [];
  }
}

/** What a storage holds under a key, as text. */
export async function textAt(storage: BackupStorage, key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of storage.read(key)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** Everything that stands in a storage. */
export async function keysIn(storage: BackupStorage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list('')) keys.push(key);
  return keys.sort();
}

export async function manifestOf(storage: BackupStorage, key: string): Promise<BackupManifest> {
  return JSON.parse(await textAt(storage, `${key}.manifest.json`));
}

interface Plant {
  readonly storage?: BackupStorage;
  readonly kind?: string;
  readonly takenAt: Date;
  readonly environment?: string;
  readonly id?: string;
  readonly key?: string;
  /** What a real one holds, where it is to be found whole. */
  readonly content?: Uint8Array;
}

/** A backup as it stands in a storage, which nobody has to make; its content is no archive, unless it is given. Returns its manifest. */
export async function plant(ground: Ground, given: Plant): Promise<BackupManifest> {
  const { storage = ground.backups.local, kind = 'nightly', takenAt, environment = 'test', id = randomUUID() } = given;
  const database = ground.backups.sources.platform.database;
  const format = { format: 'custom', compression: 'zstd', isEncrypted: false } as const;
  const key = given.key ?? backupKey({ database, takenAt, kind, format });
  const { bytes, sha256 } = await storage.write(
    key,
    given.content ? bytesOf(given.content) : inOnePiece(`the content of ${id}`),
  );
  const of = { id, database, environment, kind, takenAt, key, storage: storage.name };
  const manifest = plantedManifest({ ...of, bytes, sha256 });
  await storage.write(manifestKey(key), inOnePiece(manifestText(manifest)));
  return manifest;
}

/** One for each of so many nights until last night, oldest first. */
export async function plantNights(ground: Ground, nights: number): Promise<BackupManifest[]> {
  const manifests: BackupManifest[] = [];
  for (let ago = nights; ago > 0; ago--) {
    const takenAt = new Date(ground.now.getTime() - ago * 86_400_000);
    manifests.push(await plant(ground, { takenAt }));
  }
  return manifests;
}

async function* bytesOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

/** The bytes of a real backup, made by pg_dump, in the usual format. */
export async function realDump(ground: Ground): Promise<Uint8Array> {
  const { platform } = ground.backups.sources;
  const request = { format: 'custom', compression: 'zstd', isEncrypted: false, recipients: [] } as const;
  const { content, facts } = platform.dump(request);
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  await facts;
  return Buffer.concat(pieces);
}
