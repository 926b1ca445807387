import { UserError } from '../errors.ts';
import { entryName, findEntry, scheduleActor } from './scheduling/schedule-entry.ts';
import { authorise } from './service/authorise.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import type { Outcome } from './service/service.ts';

interface RunNow {
  readonly name: string;
  readonly outcome: Exclude<Outcome, { kind: 'refused' | 'denied' }>;
}

export const runSchedule = defineOperation({
  name: 'run-schedule',
  verb: 'run-schedule',
  summary: 'Run a scheduled operation now, whenever it is due',
  role: 'operator',
  effect: 'changes',
  example: 'run-schedule weekly-ends',
  args: { name: entryName },

  async run(context, { name }): Promise<RunNow> {
    if (context.actor.face === 'schedule') throw new UserError('The schedule cannot run itself.');
    const entry = findEntry(context, name);
    const operation = context.service.find(entry.operation);
    if (!operation) throw new UserError(`There is no operation “${entry.operation}”, which capops.yml schedules.`);
    // The entry may do more than whoever asks.
    await authorise(context, operation, context.actor);
    const actor = scheduleActor(entry, context.actor);
    const requestKey = `schedule:${entry.name}:now:${context.runId}`;
    const outcome = await context.service.execute({ operation, actor, raw: entry.input, requestKey });
    if (outcome.kind === 'refused' || outcome.kind === 'denied') throw outcome.error;
    return { name: entry.name, outcome };
  },

  trace: ({ name, outcome }) => ({ subjects: [], after: { entry: name, run: outcome.runId, outcome: outcome.kind } }),

  report: ({ name, outcome }): Report => {
    switch (outcome.kind) {
      case 'done':
        return { ...outcome.report, announcement: `ran the scheduled ${name}: ${outcome.report.title}` };
      case 'awaiting':
      case 'queued':
        return { tone: 'info', title: `${name}: ${outcome.report.title}` };
      case 'ended':
        return { tone: 'attention', broken: true, title: `${name}: ${outcome.message}` };
      case 'preview':
        return { tone: 'attention', broken: true, title: `${name} needs a person to look first; nothing was done.` };
      case 'failed': {
        const title = `${name} failed: ${outcome.message}`;
        const note = { kind: 'note', text: `Reference ${outcome.reference}` } as const;
        return { tone: 'attention', broken: true, title, parts: [note] };
      }
    }
  },
});
