import { showTime } from '../domain/end-date.ts';
import { nextSlot } from '../domain/schedule-slots.ts';
import { timingWords } from '../domain/schedule-words.ts';
import type { Offer } from '../errors.ts';
import { lastRuns, SchedulePause } from '../models/schedule-state.ts';
import { defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

/** As many as there are buttons for in one answer, two for each. */
const WITH_OFFERS = 12;

interface Scheduled {
  readonly name: string;
  readonly operation: string;
  readonly timeZone: string;
  /** When it is due, in words. */
  readonly timing: string;
  /** Undefined while it is paused. */
  readonly next: Date | undefined;
  readonly last: { readonly startedAt: Date; readonly state: string } | undefined;
  readonly paused: { readonly by: string; readonly at: Date; readonly reason: string | null } | undefined;
}

export const schedule = defineOperation({
  name: 'schedule',
  verb: 'schedule',
  summary: 'List what runs by itself, when it ran last and when it runs next',
  role: 'viewer',
  effect: 'reads',
  example: 'schedule',
  args: {},

  async run({ databases: { ledger }, settings, moment }): Promise<readonly Scheduled[]> {
    const entries = settings.policy?.schedule ?? [];
    const actors = entries.map(({ name }) => `schedule:${name}`);
    const [pauses, runs] = await withLedger(() => Promise.all([SchedulePause.all(ledger), lastRuns(ledger, actors)]));
    return entries.map((entry) => {
      const pause = pauses.get(entry.name);
      const run = runs.get(`schedule:${entry.name}`);
      return {
        name: entry.name,
        operation: entry.operation,
        timeZone: entry.timeZone,
        timing: timingWords(entry),
        next: pause ? undefined : nextSlot(entry, moment.now),
        last: run && { startedAt: run.startedAt, state: run.state },
        paused: pause && { by: pause.pausedBy, at: pause.pausedAt, reason: pause.reason },
      };
    });
  },

  report: (entries): Report => {
    if (entries.length === 0) return { tone: 'info', title: 'Nothing is scheduled. capops.yml says what is.' };
    const [shown, others] = inNeed(entries);
    return {
      tone: 'info',
      title: entries.length === 1 ? '1 scheduled operation' : `${entries.length} scheduled operations`,
      parts: [
        { kind: 'table', columns: ['Name', 'Operation', 'When', 'Last run', 'Next run'], rows: entries.map(row) },
        ...entries.flatMap(pauseNote),
        ...(others > 0 ? [{ kind: 'note', text: HOW_TO_TYPE } as const] : []),
      ],
      offers: shown.flatMap(offersFor),
    };
  },

  json: (entries) => entries,
});

const HOW_TO_TYPE = 'For the others, type “run-schedule”, “pause-schedule” or “resume-schedule” and the name.';

/** Those that get buttons, the failed and the paused first where there are too many for all; and how many get none. */
function inNeed(entries: readonly Scheduled[]): [shown: readonly Scheduled[], others: number] {
  const wants = ({ paused, last }: Scheduled) =>
    Number(paused !== undefined || (last !== undefined && last.state !== 'done'));
  const others = Math.max(0, entries.length - WITH_OFFERS);
  return [others > 0 ? entries.toSorted((a, b) => wants(b) - wants(a)).slice(0, WITH_OFFERS) : entries, others];
}

function row({ name, operation, timing, timeZone, last, next }: Scheduled): string[] {
  const lastRun = last ? `${showTime(last.startedAt, timeZone)}, ${last.state}` : 'never';
  return [name, operation, timing, lastRun, next ? showTime(next, timeZone) : 'paused'];
}

function pauseNote({ name, timeZone, paused }: Scheduled): Part[] {
  if (!paused) return [];
  const because = paused.reason ? `, because ${paused.reason}` : '';
  return [
    { kind: 'note', text: `${name} is paused since ${showTime(paused.at, timeZone)}, by ${paused.by}${because}.` },
  ];
}

function offersFor({ name, paused }: Scheduled): Offer[] {
  const input = { name };
  return [
    { label: `Run ${name} now`, operation: 'run-schedule', input, confirm: `Run ${name} now?` },
    paused
      ? { label: `Resume ${name}`, operation: 'resume-schedule', input }
      : {
          label: `Pause ${name}`,
          operation: 'pause-schedule',
          input,
          confirm: `Stop ${name} until somebody resumes it?`,
        },
  ];
}
