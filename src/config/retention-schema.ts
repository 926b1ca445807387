import { z } from 'zod';
import { DEFAULT_RETENTION } from '../domain/retention.ts';
import type { Settings } from '../ports.ts';
import { keys } from './policy-values.ts';

const MOST = 1000;
const COUNT = `a whole number from 0 to ${MOST}`;
const DAYS = `a whole number of days from 1 to ${MOST}`;
const NOTHING = 'at least one of daily, weekly and monthly above 0, or no scheduled backup would be kept';

const count = (usual: number) => whole(COUNT, 0).default(usual);
const days = (usual: number) => whole(DAYS, 1).default(usual);

const retention = z
  .strictObject(
    {
      daily: count(DEFAULT_RETENTION.daily),
      weekly: count(DEFAULT_RETENTION.weekly),
      monthly: count(DEFAULT_RETENTION.monthly),
      manual_days: days(DEFAULT_RETENTION.manualDays),
      safety_days: days(DEFAULT_RETENTION.safetyDays),
    },
    keys('daily, weekly, monthly, manual_days, safety_days'),
  )
  .refine(({ daily, weekly, monthly }) => daily + weekly + monthly > 0, NOTHING);

/** The section `backups` of capops.yml. */
export const backupsSection = z.strictObject({ retention: retention.prefault({}) }, keys('retention'));

/** What the section comes to. */
export function backupsOf({ retention: kept }: z.infer<typeof backupsSection>): NonNullable<Settings['backups']> {
  const { daily, weekly, monthly, manual_days, safety_days } = kept;
  return { retention: { daily, weekly, monthly, manualDays: manual_days, safetyDays: safety_days } };
}

function whole(allowed: string, least: number): z.ZodNumber {
  return z.number(allowed).int(allowed).min(least, allowed).max(MOST, allowed);
}
