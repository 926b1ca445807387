import { Emergency } from '../../models/emergency.ts';
import { type EmergencySight, sightOfEmergency } from '../../models/emergency-sight.ts';
import type { Ports } from '../../ports.ts';
import { answerWithin } from '../health/within-limit.ts';

/** Either database may be down: what the other says stands. */
export interface EmergencyStand {
  /** Undefined: the platform has no such organisation. */
  readonly sight: EmergencySight | undefined | 'unknown';
  /** Those without a review; an open one is the last. */
  readonly unreviewed: readonly Emergency[] | 'unknown';
}

/** How emergency access stands: a statement of each database, each waited for so long at most. Never rejects. */
export async function emergencyStand(
  { databases, log }: Pick<Ports, 'databases' | 'log'>,
  limitMs: number,
): Promise<EmergencyStand> {
  const within = <T>(work: Promise<T>): Promise<T | 'unknown'> =>
    answerWithin(limitMs, undefined, () => work).catch((error: unknown) => {
      log.warn({ err: error }, 'how emergency access stands could not be read');
      return 'unknown' as const;
    });
  const [sight, unreviewed] = await Promise.all([
    within(sightOfEmergency(databases.platform)),
    within(Emergency.unreviewed(databases.ledger)),
  ]);
  return { sight, unreviewed };
}
