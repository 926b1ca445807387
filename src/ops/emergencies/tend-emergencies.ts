import { Emergency } from '../../models/emergency.ts';
import { type EmergencySight, sightOfEmergency } from '../../models/emergency-sight.ts';
import { noteSeen, seenUntil } from '../../models/emergency-watch.ts';
import type { Ports } from '../../ports.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import { replayJournal } from '../upkeep/replay-journal.ts';
import { noticeEmergency } from './notice-emergency.ts';
import { type EmergencyTeller, tellEmergencies } from './tell-emergencies.ts';

export interface EmergencyWatch {
  readonly ports: Ports;
  readonly teller: EmergencyTeller;
}

/**
 * Notices what became of emergency access, however it came about, and tells of it. Any replica may, at any time; one does.
 * Where there is nothing to see, three small statements say so.
 */
export async function tendEmergencies(watch: EmergencyWatch): Promise<void> {
  const { databases } = watch.ports;
  // What the journal holds says who it was.
  await replayJournal(watch.ports);
  const [sight, seen, untold] = await Promise.all([
    sightOfEmergency(databases.platform),
    seenUntil(databases.ledger),
    Emergency.untold(databases.ledger),
  ]);
  // From now on what somebody opens is news, also where it is over by the next look.
  if (!sight && seen === undefined) await noteSeen(databases.ledger, null);
  if (untold.length === 0 && !isNews(sight, seen)) return;
  const claim = { resource: 'emergency access', runId: undefined, holder: 'CapOps', work: 'looking after it' };
  try {
    await withLease(watch.ports, claim, () => attend(watch));
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
  }
}

/** An open one is among those of which its end is left to tell. */
function isNews(sight: EmergencySight | undefined, seen: Date | undefined): boolean {
  if (!sight) return false;
  return seen === undefined || (sight.changedAt?.getTime() ?? 0) > seen.getTime() || sight.open !== undefined;
}

/** Looked at anew: somebody else may have been at it until now. */
async function attend({ ports, teller }: EmergencyWatch): Promise<void> {
  const { platform, ledger } = ports.databases;
  const [sight, seen] = await Promise.all([sightOfEmergency(platform), seenUntil(ledger)]);
  if (sight) await noticeEmergency(ports, { sight, seenUntil: seen });
  else await Emergency.end(ledger, { endedAt: ports.clock.now(), endedBy: null });
  await tellEmergencies(ports, teller);
}
