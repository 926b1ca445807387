import { timingWords } from '../domain/schedule-words.ts';
import { SchedulePause } from '../models/schedule-state.ts';
import type { ScheduleEntry } from '../ports.ts';
import { entryName, findEntry } from './scheduling/schedule-entry.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { signed } from './service/signed.ts';

interface Paused {
  readonly entry: ScheduleEntry;
  readonly begun: boolean;
  readonly reason: string | undefined;
}

export const pauseSchedule = defineOperation({
  name: 'pause-schedule',
  verb: 'pause-schedule',
  summary: 'Stop a scheduled operation until somebody resumes it',
  role: 'operator',
  effect: 'changes',
  restartable: true,
  example: 'pause-schedule weekly-ends because nobody reads it in August',
  args: {
    name: entryName,
    reason: {
      ...arg.optional(
        arg.words('Reason', 'why, in a few words; “schedule” shows it', {
          maxLength: 300,
          example: 'nobody reads it in August',
        }),
      ),
      keyword: 'because',
    },
  },

  async run(context, { name, reason }): Promise<Paused> {
    const entry = findEntry(context, name);
    const pausedBy = signed(context.actor);
    const pause = { entry: entry.name, pausedAt: context.moment.now, pausedBy, reason: reason ?? null };
    return { entry, reason, begun: await SchedulePause.begin(context.databases.ledger, pause) };
  },

  trace: ({ entry, begun, reason }) => ({
    subjects: [],
    ...(begun ? { before: { paused: false }, after: { entry: entry.name, paused: true, reason } } : {}),
  }),

  report: ({ entry, begun, reason }): Report => {
    if (!begun) return { tone: 'unchanged', title: `${entry.name} is paused already.` };
    return {
      tone: 'done',
      title: `${entry.name} (${timingWords(entry)}) is paused until somebody resumes it.`,
      offers: [{ label: `Resume ${entry.name}`, operation: 'resume-schedule', input: { name: entry.name } }],
      announcement: `paused the scheduled ${entry.name} (${timingWords(entry)})${reason ? ` because ${reason}` : ''}`,
    };
  },
});
