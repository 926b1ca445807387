import { showTime } from '../domain/end-date.ts';
import { nextSlot } from '../domain/schedule-slots.ts';
import { SchedulePause } from '../models/schedule-state.ts';
import type { ScheduleEntry } from '../ports.ts';
import { entryName, findEntry } from './scheduling/schedule-entry.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

interface Resumed {
  readonly entry: ScheduleEntry;
  readonly wasPaused: boolean;
}

export const resumeSchedule = defineOperation({
  name: 'resume-schedule',
  verb: 'resume-schedule',
  summary: 'Let a paused scheduled operation go on; what was due meanwhile is not made up for',
  role: 'operator',
  effect: 'changes',
  restartable: true,
  example: 'resume-schedule weekly-ends',
  args: { name: entryName },

  async run(context, { name }): Promise<Resumed> {
    const entry = findEntry(context, name);
    const pause = await SchedulePause.end(context.databases.ledger, entry.name, context.moment.now);
    return { entry, wasPaused: pause !== undefined };
  },

  trace: ({ entry, wasPaused }) => ({
    subjects: [],
    ...(wasPaused ? { before: { paused: true }, after: { entry: entry.name, paused: false } } : {}),
  }),

  report: ({ entry, wasPaused }, { moment }): Report => {
    if (!wasPaused) return { tone: 'unchanged', title: `${entry.name} is not paused.` };
    const next = nextSlot(entry, moment.now);
    return {
      tone: 'done',
      title: `${entry.name} goes on${next ? `, next on ${showTime(next, entry.timeZone)}` : ''}.`,
      announcement: `resumed the scheduled ${entry.name}`,
    };
  },
});
