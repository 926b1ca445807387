import { type Stretch, stretchesIn } from '../../domain/emergency-past.ts';
import { MODULE_KEYS } from '../../domain/module-keys.ts';
import { sightOfEmergency, trailOfEmergency } from '../../models/emergency-sight.ts';
import { Entitlement } from '../../models/entitlement.ts';
import { answerWithin } from '../health/within-limit.ts';
import type { Context } from '../service/operation.ts';

/** The platform’s audit may be long, and has no index for it: an emergency waits no longer. */
const LIMIT_MS = 1_000;

/** When emergency access was open, as far as the platform alone tells. */
export interface EmergencyPast {
  readonly stretches: readonly Stretch[];
  /** By the platform’s clock. */
  readonly now: Date;
}

/** Read off the platform’s rows, and its audit where that can be read in time. Rejects where the platform does not answer. */
export async function emergencyPast({ databases, clock, log, runId }: Context): Promise<EmergencyPast> {
  const { platform } = databases;
  const sight = await sightOfEmergency(platform);
  if (!sight) return { stretches: [], now: clock.now() };
  const { organisationId, now } = sight;
  const trailed = answerWithin(LIMIT_MS, undefined, () =>
    trailOfEmergency(platform, { organisationId, since: undefined }),
  );
  const [rows, trail] = await Promise.all([
    Entitlement.of(platform, organisationId, MODULE_KEYS),
    trailed.catch((error: unknown) => {
      log.warn(
        { err: error, runId },
        'the platform’s audit of emergency access could not be read; its rows count alone',
      );
      return [];
    }),
  ]);
  const stand = [...rows.values()].map(({ moduleKey, updatedAt: at, status, validUntil: until }) => ({
    ...{ moduleKey, at, status, until },
  }));
  return { stretches: stretchesIn([...trail, ...stand]), now };
}
