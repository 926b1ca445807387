import { z } from 'zod';
import { type BackupFormat, endingOf, formatOf } from './backup-format.ts';

const MANIFEST_ENDING = '.manifest.json';
const PIN_ENDING = '.pinned.json';
const DAMAGE_ENDING = '.damaged.json';
const KEY =
  /^backups\/(?<folder>[^/]+)\/(?<stamp>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)-(?<kind>[a-z][a-z0-9-]*)(?<ending>\.[a-z.]+)$/;

/** A word such as `nightly` or `pre-rollback`. */
export const backupKind = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);

/** What a backup's key says of it. */
export interface BackupName {
  readonly database: string;
  /** In whole seconds. */
  readonly takenAt: Date;
  readonly kind: string;
  readonly format: BackupFormat;
}

/** Where a backup stands in a storage: `backups/planner/2026-11-22T02-00-00Z-nightly.dump.zst`. */
export function backupKey({ database, takenAt, kind, format }: BackupName): string {
  const stamp = `${takenAt.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
  return `${backupFolder(database)}${stamp}-${backupKind.parse(kind)}${endingOf(format)}`;
}

/** The prefix of all keys of a database's backups. */
export function backupFolder(database: string): string {
  return `backups/${encoded(database)}/`;
}

/** Where its manifest stands. */
export function manifestKey(key: string): string {
  return key + MANIFEST_ENDING;
}

/** The backup's key that a manifest's belongs to; undefined where the key is no manifest's. */
export function keyOfManifest(key: string): string | undefined {
  return key.endsWith(MANIFEST_ENDING) ? key.slice(0, -MANIFEST_ENDING.length) : undefined;
}

/** Where it stands why a backup is pinned. */
export function pinKey(key: string): string {
  return key + PIN_ENDING;
}

/** Where it stands that a backup was found damaged. */
export function damageKey(key: string): string {
  return key + DAMAGE_ENDING;
}

/** The backup's key that a note about damage belongs to; undefined where the key is no such note's. */
export function keyOfDamage(key: string): string | undefined {
  return key.endsWith(DAMAGE_ENDING) ? key.slice(0, -DAMAGE_ENDING.length) : undefined;
}

/** Undefined where CapOps makes no such key. */
export function readBackupKey(key: string): BackupName | undefined {
  const { folder = '', stamp = '', kind = '', ending = '' } = KEY.exec(key)?.groups ?? {};
  const name = URL.canParse(`x:${folder}`) ? decoded(folder) : undefined;
  const takenAt = new Date(stamp.replace(/T(\d\d)-(\d\d)-(\d\d)Z/, 'T$1:$2:$3Z'));
  if (!name || Number.isNaN(takenAt.getTime()) || !backupKind.safeParse(kind).success) return undefined;
  try {
    const found = { database: name, takenAt, kind, format: formatOf(ending) };
    return backupKey(found) === key ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Percent-encoded wherever it is not a letter, a digit, `.`, `_` or `-`; a name of dots alone would be a path. */
function encoded(name: string): string {
  const text = encodeURIComponent(name).replace(/[!'()*~]/g, percent);
  return /^\.+$/.test(text) ? text.replaceAll('.', '%2E') : text;
}

function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
