import { showTime } from '../domain/end-date.ts';
import type { Run } from '../models/run.ts';
import { findRun, runId } from './run-found.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

export const showRun = defineOperation({
  name: 'show-run',
  verb: 'run',
  summary: 'Show one run: who asked for what, when, and how it ended',
  role: 'operator',
  effect: 'reads',
  example: 'run ab12cd34',
  args: { run: runId },

  run: ({ databases: { ledger } }, { run: asked }): Promise<Run> => findRun(ledger, asked),

  report: (run, { moment: { timeZone } }): Report => {
    const facts: (readonly [string, string | null])[] = [
      ['Run', run.id],
      ['Asked by', `${run.actorName} (${run.actorId}, ${run.face})`],
      ['In', run.channel],
      ['Input', JSON.stringify(run.input)],
      ['Began', showTime(run.startedAt, timeZone)],
      ['Ended', run.finishedAt && `${showTime(run.finishedAt, timeZone)}, after ${took(run)}`],
      ['Waits', WAITS[run.state] ?? null],
      ['To be cancelled by', run.finishedAt === null ? run.cancelAskedBy : null],
      ['Answer', run.summary],
      ['Because', run.message],
      ['Rule', run.rule],
      ['Reference', run.reference],
    ];
    return {
      tone: 'info',
      title: `${run.operation} by ${run.actorName}: ${run.state}`,
      parts: [{ kind: 'facts', facts: facts.flatMap(([label, value]) => (value ? [[label, value] as const] : [])) }],
    };
  },
});

const WAITS: Partial<Record<Run['state'], string>> = {
  awaiting: 'for a second person; “approvals” says who',
  queued: 'for its turn',
};

function took({ startedAt, finishedAt }: Run): string {
  return `${(((finishedAt ?? startedAt).getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`;
}
