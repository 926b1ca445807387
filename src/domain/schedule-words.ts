import cronstrue from 'cronstrue';
import type { Timing } from './schedule-slots.ts';

/** When an entry is due: `every day at 02:00 Europe/London`. */
export function timingWords({ cron, timeZone }: Timing): string {
  const said = cronstrue.toString(cron, { use24HourTimeFormat: true, throwExceptionOnParseError: false });
  const byDay = everyDay(said);
  return byDay ? `${byDay} ${timeZone}` : `${said.charAt(0).toLowerCase()}${said.slice(1)}, ${timeZone}`;
}

/** cronstrue begins with the time of day; people begin with the day. */
function everyDay(said: string): string | undefined {
  const [, times, days] = /^At (\d\d:\d\d(?:(?:, \d\d:\d\d)*,? and \d\d:\d\d)?)(?:, only on (.+))?$/.exec(said) ?? [];
  return times && `every ${days ?? 'day'} at ${times}`;
}
