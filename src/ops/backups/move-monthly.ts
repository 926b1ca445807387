import { counted } from '../../domain/counted.ts';
import { ARCHIVE, monthlyOnly, unneededBecause } from '../../domain/monthly-archive.ts';
import { DEFAULT_RETENTION, type Here } from '../../domain/retention.ts';
import type { StoredBackup } from '../../domain/stored-backup.ts';
import { BackupAlarm } from '../../models/backup-alarm.ts';
import type { BackupDesk, BackupStorage, RetentionRules } from '../../ports.ts';
import type { BackupWork } from './backup-work.ts';
import { copyBackupTo } from './copy-backup-to.ts';
import type { StoragePlan } from './plan-storages.ts';
import { removeBackups } from './remove-backups.ts';
import { locksOn } from './storage-locks.ts';

/** What became of a monthly backup that was to go to the archive, or was not needed there. */
export interface Moved {
  readonly id: string;
  readonly fileKey: string;
  /** Why it went altogether; undefined: it was to move. */
  readonly unneeded: string | undefined;
  /** Why it stays where it is; undefined: it is in the archive now, and there alone. */
  readonly fault: string | undefined;
}

const ALARM = 'moving to the archive';

/**
 * Moves what a storage off site keeps for the monthly rule alone to the archive: copied by the store, read back there, and only
 * then removed here, manifest first. Cut off anywhere, at least one good copy stands, and the next night goes on.
 */
export async function moveMonthly(work: BackupWork, desk: BackupDesk, plans: readonly StoragePlan[]): Promise<Moved[]> {
  const { offsite, archive } = desk;
  const from = plans.find(({ contents }) => contents.storage.name === offsite?.name);
  const to = plans.find(({ contents }) => contents.storage.name === archive?.name);
  if (!archive || !from || !to || from.plan.refusal !== undefined || to.plan.refusal !== undefined) return [];
  const moved: Moved[] = [];
  const archived = to.plan.decisions.filter(({ keep }) => keep).map(({ backup }) => backup);
  for (const backup of await movable(from.contents.storage, monthlyOnly(from.plan.decisions))) {
    work.signal.throwIfAborted();
    const unneeded = unneededBecause(backup, archived, rulesOf(work));
    const fault = await move(work, desk, { backup, from, to: archive, unneeded, present: proofIn(to, backup) });
    if (unneeded === undefined && fault === undefined) archived.push({ ...backup, storage: archive.name });
    moved.push({ id: backup.id, fileKey: backup.fileKey, unneeded, fault });
  }
  await alarm(work, moved);
  return moved;
}

function rulesOf({ settings, clock }: BackupWork): { rules: RetentionRules; here: Here } {
  const { environment, timeZone, backups } = settings;
  return { rules: backups?.retention ?? DEFAULT_RETENTION, here: { environment, timeZone, now: clock.now() } };
}

/** What its storage has locked cannot go, and would be there twice. */
async function movable(storage: BackupStorage, backups: readonly StoredBackup[]): Promise<StoredBackup[]> {
  const locked = await locksOn(storage, backups);
  return locked ? backups.filter((backup) => locked(backup).lockedUntil === undefined) : [...backups];
}

function proofIn({ plan }: StoragePlan, { id }: StoredBackup): StoredBackup['proof'] | undefined {
  if (plan.refusal !== undefined) return undefined;
  return plan.decisions.find(({ backup }) => backup.id === id)?.backup.proof;
}

interface Moving {
  readonly backup: StoredBackup;
  readonly from: StoragePlan;
  readonly to: BackupStorage;
  readonly unneeded: string | undefined;
  /** How far the copy can be trusted that an earlier night has made; undefined: there is none. */
  readonly present: StoredBackup['proof'] | undefined;
}

/** Resolves with what went wrong. */
async function move(work: BackupWork, desk: BackupDesk, moving: Moving): Promise<string | undefined> {
  const { backup, from, to, unneeded, present } = moving;
  const { storage, backups } = from.contents;
  try {
    if (present !== undefined && present !== 'verified') return `its copy in ${ARCHIVE} is not whole`;
    const manifest = backups.find(({ key }) => key === backup.fileKey)?.manifest;
    if (!manifest) return 'its manifest is gone';
    if (unneeded === undefined)
      await copyBackupTo(work, desk, { manifest, from: { storage, key: backup.fileKey }, to });
    const words = unneeded === undefined ? `moved to ${to.name}` : `in ${to.name}, ${unneeded}`;
    const reasons = [{ rule: 'moved', words }];
    const { failed } = await removeBackups(work, from.contents, [{ backup, keep: false, reasons }]);
    return failed[0] && `${failed[0].key} could not be removed from ${storage.name}: ${failed[0].reason}`;
  } catch (error) {
    work.signal.throwIfAborted();
    work.log.warn({ err: error, runId: work.runId, backup: backup.id }, 'a monthly backup could not be moved');
    return (error as Error).message;
  }
}

async function alarm({ databases: { ledger }, clock }: BackupWork, moved: readonly Moved[]): Promise<void> {
  const now = clock.now();
  const [first] = moved.filter(({ fault }) => fault !== undefined);
  if (!first) return BackupAlarm.mend(ledger, ALARM, { but: [], now });
  const words = `Backup ${first.id.slice(0, 8)} could not be moved to ${ARCHIVE}: ${first.fault}`;
  await BackupAlarm.raise(ledger, [{ name: ALARM, words }], now);
}

/** What to say of it. */
export function movedWords(moved: readonly Moved[]): string[] {
  const done = moved.filter(({ fault }) => fault === undefined);
  const count = done.filter(({ unneeded }) => unneeded === undefined).length;
  const gone = done.length - count;
  return [
    ...(count > 0 ? [`${count} monthly ${count === 1 ? 'one is' : 'ones are'} in ${ARCHIVE} now.`] : []),
    ...(gone > 0 ? [`${counted(gone, 'copy', 'copies')} went for which ${ARCHIVE} has a newer one of the month.`] : []),
  ];
}

/** What is to be looked at. */
export function unmovedWords(moved: readonly Moved[]): string[] {
  return moved.flatMap(({ id, fault }) =>
    fault === undefined ? [] : [`Backup ${id.slice(0, 8)} could not be moved to ${ARCHIVE}: ${fault}`],
  );
}
