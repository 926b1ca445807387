import { ScheduleSlot } from '../../models/schedule-slot.ts';
import type { Ports } from '../../ports.ts';

const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;

/** Forgets slots that have been over for long; the newest of each entry stays. Any replica may, at any time. */
export async function pruneSlots({ databases, clock }: Pick<Ports, 'databases' | 'clock'>): Promise<number> {
  return ScheduleSlot.prune(databases.ledger, new Date(clock.now().getTime() - KEPT_DAYS * DAY_MS));
}
