import { type BackupTrouble, backupTroubles } from '../../domain/backup-troubles.ts';
import { BackupAlarm } from '../../models/backup-alarm.ts';
import type { Ports } from '../../ports.ts';
import { listBackups } from '../list-backups.ts';
import type { Announcer } from '../service/announcer.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import type { Report } from '../service/report.ts';
import { backupFacts, nightlyEntry } from './backup-facts.ts';

/** Who looks after the backups, and tells of them. */
export interface BackupWatch {
  readonly ports: Ports;
  readonly announcer: Announcer;
  /** Who hears of it; undefined: nobody. */
  readonly channel: string | undefined;
}

const COMPUTED = ['old ', 'small ', 'damaged '];

/**
 * Looks whether the backups are as they should be, and tells the channel once of what is not, and once when it is mended. Any
 * replica may, at any time; one tells. Each pages for itself. Where no backup is scheduled there is nothing to look after.
 */
export async function tendBackups({ ports, announcer, channel }: BackupWatch): Promise<void> {
  const entry = nightlyEntry(ports);
  if (!entry) return;
  const moment = { now: ports.clock.now(), timeZone: ports.settings.timeZone };
  const troubles = backupTroubles(await backupFacts(ports, entry), moment);
  page(ports, troubles);
  const claim = {
    resource: 'the alarms about backups',
    runId: undefined,
    holder: 'CapOps',
    work: 'looking after them',
  };
  try {
    await withLease(ports, claim, async () => {
      await note(ports, troubles);
      if (channel !== undefined) await tell(ports, announcer, channel);
    });
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
  }
}

/** Only of backups that there are not: what else is wrong can wait for the morning. */
function page({ pager }: Ports, troubles: readonly BackupTrouble[]): void {
  const missing = troubles.filter(({ name }) => name.startsWith('old '));
  if (missing.length > 0) pager?.wake('backups', missing.map(({ words }) => words).join(' '));
  else pager?.over('backups', 'The backups are as new as they should be again.');
}

async function note({ databases: { ledger }, clock }: Ports, troubles: readonly BackupTrouble[]): Promise<void> {
  const now = clock.now();
  await BackupAlarm.raise(ledger, troubles, now);
  for (const prefix of COMPUTED) await BackupAlarm.mend(ledger, prefix, { but: troubles.map(({ name }) => name), now });
}

/** A crash right behind a post makes it come twice, rather than never. */
async function tell({ databases: { ledger }, clock }: Ports, announcer: Announcer, channel: string): Promise<void> {
  for (const alarm of await BackupAlarm.untold(ledger)) {
    await announcer.post(channel, { operation: listBackups, raw: {} }, reportOf(alarm));
    await alarm.wasTold(ledger, clock.now());
  }
}

function reportOf({ words, mendedAt }: BackupAlarm): Report {
  if (mendedAt) return { tone: 'done', title: `Mended, about the backups: ${words}` };
  const offers = [{ label: 'List the backups', operation: 'list-backups', input: {} }];
  return { tone: 'attention', title: `About the backups: ${words}`, offers };
}
