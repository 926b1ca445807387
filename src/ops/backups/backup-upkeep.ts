import { BackupCopy } from '../../models/backup-copy.ts';
import type { Ports } from '../../ports.ts';
import { HandedBackError } from '../service/cancellation.ts';
import { oneAtATime } from '../upkeep/one-at-a-time.ts';
import { openBackupDesk } from './backup-desk.ts';
import { type BackupWatch, tendBackups } from './tend-backups.ts';
import { makeWantedCopies } from './wanted-copies.ts';

const LOOK_EVERY_MS = 5 * 60_000;
/** How often a copy is tried that could not be made. */
const COPY_EVERY_MS = 3_600_000;

/** Looks after the backups, from now on. */
export function startBackupUpkeep(watch: BackupWatch): { stop(): Promise<void> } {
  const { ports } = watch;
  const ending = new AbortController();
  const attempt = (what: string, work: () => Promise<void>) =>
    oneAtATime(() =>
      work().catch((error: unknown) => {
        if (!ending.signal.aborted) ports.log.warn({ err: error }, what);
      }),
    );
  const look = attempt('the backups could not be looked after', () => tendBackups(watch));
  const copy = attempt('wanted copies of backups could not be made', () => makeCopies(ports, ending.signal));
  let working: Promise<unknown> = look();
  const also = (work: () => Promise<void>) => () => {
    working = Promise.all([working, work()]);
  };
  const timers = [setInterval(also(look), LOOK_EVERY_MS), setInterval(also(copy), COPY_EVERY_MS)];
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      ending.abort(new HandedBackError());
      await working;
    },
  };
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
