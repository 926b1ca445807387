import { BackupCopy } from '../../models/backup-copy.ts';
import type { Ports } from '../../ports.ts';
import { type Chores, openChores } from '../upkeep/chores.ts';
import { openBackupDesk } from './backup-desk.ts';
import { type BackupWatch, tendBackups } from './tend-backups.ts';
import { makeWantedCopies } from './wanted-copies.ts';

const LOOK_EVERY_MS = 5 * 60_000;
/** How often a copy is tried that could not be made. */
const COPY_EVERY_MS = 3_600_000;

/** Looks after the backups, from now on. */
export function startBackupUpkeep(watch: BackupWatch): Pick<Chores, 'stop'> {
  const { ports } = watch;
  const chores = openChores(ports.log);
  chores.add('the backups could not be looked after', () => tendBackups(watch), { everyMs: LOOK_EVERY_MS });
  const copy = () => makeCopies(ports, chores.ending);
  chores.add('wanted copies of backups could not be made', copy, { everyMs: COPY_EVERY_MS, first: 'later' });
  return chores;
}

/** Nothing of the storages is loaded where no copy is wanted. */
export async function makeCopies(ports: Ports, signal: AbortSignal): Promise<void> {
  const now = ports.clock.now();
  const before = new Date(now.getTime() - COPY_EVERY_MS / 2);
  const wanted = await BackupCopy.wanted(ports.databases.ledger, before);
  if (wanted.length === 0 || !ports.openBackups) return;
  const work = { ...ports, signal, progress: () => undefined, runId: undefined };
  await makeWantedCopies(work, await openBackupDesk(ports), before);
}
