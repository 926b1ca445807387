import { z } from 'zod';
import type { AccessSettings } from '../ports.ts';
import { channel, keys } from './policy-values.ts';

const MOST_DAYS = 366;
const DAYS = `a list of whole numbers of days from 1 to ${MOST_DAYS}, such as [30, 7, 1]`;

/** The section `access` of capops.yml: with it, access that ends is looked after. */
export const accessSection = z.strictObject(
  {
    remind_days_before: z.array(z.number(DAYS).int(DAYS).min(1, DAYS).max(MOST_DAYS, DAYS), DAYS).default([30, 7, 1]),
    channel: channel.optional(),
  },
  keys('remind_days_before, channel'),
);

export function accessOf(
  section: z.infer<typeof accessSection> | undefined,
  announcements: string | undefined,
): AccessSettings | undefined {
  if (!section) return undefined;
  const days = [...new Set(section.remind_days_before)].sort((a, b) => b - a);
  return { remindDaysBefore: days, channel: section.channel ?? announcements };
}
