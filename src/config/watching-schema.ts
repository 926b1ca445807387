import { z } from 'zod';
import { SERVICES } from '../domain/health.ts';
import { cronFault } from '../domain/schedule-slots.ts';
import type { HealthSettings } from '../ports.ts';
import { channel, duration, id, keys } from './policy-values.ts';

const TIME = 'a time of day, such as "22:00", in quotes';
const NAME = 'a name of at most 80 characters, such as Sunday patches';
const FOR = 'how long it lasts, from 5m to 24h, such as 30m or 2h';
const ONE = `one of ${SERVICES.join(', ')}`;
const SOME = 'a list of services, such as [database, gateway]';

const time = id(/^(?:[01]\d|2[0-3]):[0-5]\d$/, TIME);

const quietHours = z
  .strictObject({ from: time, to: time }, keys('from, to'))
  .refine(({ from, to }) => from !== to, 'a beginning and an end that differ');

const window = z.strictObject(
  {
    name: id(/^\P{Cc}{1,80}$/u, NAME),
    cron: z.string(cronFault('')).superRefine((cron, context) => {
      const message = cronFault(cron);
      if (message) context.addIssue({ code: 'custom', message });
    }),
    for: duration(FOR, { least: '5m', most: '24h' }),
    services: z.array(z.enum(SERVICES, ONE), SOME).min(1, SOME).optional(),
  },
  keys('name, cron, for, services'),
);

/** The keys of the section `health` that say who is told of what is watched, and when. */
export const watching = {
  channel: channel.optional(),
  quiet_hours: quietHours.optional(),
  maintenance: z.array(window, 'a list of windows').default([]),
};

interface WatchingSection {
  readonly channel?: string | undefined;
  readonly quiet_hours?: z.output<typeof quietHours> | undefined;
  readonly maintenance: readonly z.output<typeof window>[];
}

/** What these keys come to. */
export function watchingOf(section: WatchingSection | undefined) {
  return {
    channel: section?.channel,
    quietHours: section?.quiet_hours,
    maintenance: (section?.maintenance ?? []).map(({ name, cron, for: forMs, services }) => {
      return { name, cron, forMs, services };
    }),
  } satisfies Partial<HealthSettings>;
}
