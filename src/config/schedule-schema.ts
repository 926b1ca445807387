import { z } from 'zod';
import { cronFault } from '../domain/schedule-slots.ts';
import type { ScheduleEntry } from '../ports.ts';
import { channel, duration, id, keys } from './policy-values.ts';
import { checkZone, zoneAllowed } from './time-zone.ts';

const CATCH_UP = 'how late it may still run, from 1m to 7d, such as 30m, 2h or 1d';
const HOUR_MS = 3_600_000;

/** One operation that runs by itself, as capops.yml has it. */
export const scheduleEntry = z.strictObject(
  {
    name: id(/^[a-z][a-z0-9-]{0,39}$/, 'a name of at most 40 small letters, digits and hyphens, such as weekly-ends'),
    cron: z.string(cronFault('')).superRefine((cron, context) => {
      const message = cronFault(cron);
      if (message) context.addIssue({ code: 'custom', message });
    }),
    time_zone: z.string(zoneAllowed()).superRefine(checkZone).optional(),
    operation: z.string('an operation’s name, such as list-orgs'),
    input: z.record(z.string(), z.unknown(), 'the operation’s input, such as { expiring: 30 }').default({}),
    channel: channel.optional(),
    catch_up: duration(CATCH_UP, { least: '1m', most: '7d' }).default(HOUR_MS),
  },
  keys('name, cron, time_zone, operation, input, channel, catch_up'),
);

type Entry = z.infer<typeof scheduleEntry>;

/** A name is what slots, pauses and the record know an entry by. */
export function refuseSameNames(entries: Entry[], context: z.RefinementCtx): void {
  for (const [place, { name }] of entries.entries()) {
    if (entries.findIndex((other) => other.name === name) === place) continue;
    context.addIssue({ code: 'custom', path: [place, 'name'], input: name, message: 'a name that no other entry has' });
  }
}

interface Around {
  readonly timeZone: string;
  readonly auditChannel: string | undefined;
  /** The channel that hears of changes. */
  readonly announcements: string | undefined;
  readonly hasBackups: boolean;
  /** The channel of the access review and summary; undefined: there are none. */
  readonly accessChannel: string | undefined;
}

/** What runs by itself though the file does not say so; an entry of the same name stands in its stead. */
export function withBuiltIns(entries: readonly ScheduleEntry[], around: Around): ScheduleEntry[] {
  const { timeZone, auditChannel, announcements, hasBackups, accessChannel } = around;
  const builtIn = (operation: string, cron: string, more: Pick<ScheduleEntry, 'channel' | 'catchUpMs'>) => ({
    ...{ name: operation, operation, cron, timeZone, input: {} },
    ...more,
  });
  const all = [
    ...(auditChannel === undefined
      ? []
      : [builtIn('audit-anchor', '5 0 * * *', { channel: auditChannel, catchUpMs: 24 * HOUR_MS })]),
    ...(hasBackups
      ? [
          builtIn('nightly-backup', '0 2 * * *', { channel: announcements, catchUpMs: 12 * HOUR_MS }),
          builtIn('drill', '0 4 * * 0', { channel: announcements, catchUpMs: 48 * HOUR_MS }),
        ]
      : []),
    ...(announcements === undefined
      ? []
      : [
          builtIn('digest', '0 8 * * 1-5', { channel: announcements, catchUpMs: 4 * HOUR_MS }),
          builtIn('db-report', '30 9 1 * *', { channel: announcements, catchUpMs: 72 * HOUR_MS }),
        ]),
    ...(accessChannel === undefined ? [] : accessRounds(builtIn, accessChannel)),
  ];
  const taken = new Set(entries.map(({ name }) => name));
  return [...entries, ...all.filter(({ name }) => !taken.has(name))];
}

/** The review posts itself, in parts, and so has no channel here. */
function accessRounds(
  builtIn: (operation: string, cron: string, more: Pick<ScheduleEntry, 'channel' | 'catchUpMs'>) => ScheduleEntry,
  channel: string,
): ScheduleEntry[] {
  const catchUpMs = 24 * HOUR_MS;
  return [
    { ...builtIn('open-access-review', '0 9 * * 1', { channel: undefined, catchUpMs }), name: 'access-review' },
    builtIn('access-summary', '0 9 1 * *', { channel, catchUpMs }),
  ];
}

/** The entries with what the file says for all of them. */
export function entriesOf(
  entries: readonly Entry[],
  others: { timeZone: string; channel: string | undefined },
): ScheduleEntry[] {
  return entries.map(({ name, cron, time_zone, operation, input, channel: own, catch_up }) => ({
    name,
    cron,
    timeZone: time_zone ?? others.timeZone,
    operation,
    input,
    channel: own ?? others.channel,
    catchUpMs: catch_up,
  }));
}
