import { z } from 'zod';
import { showTime } from '../domain/end-date.ts';
import { UserError } from '../errors.ts';
import type { Run } from '../models/run.ts';
import { runsByPrefix } from '../models/run-list.ts';
import { type Argument, defineOperation } from './operation.ts';
import type { Report } from './report.ts';

const id: Argument<string, true> = {
  label: 'Run',
  summary: 'the run’s id, or its first eight letters, which are also the reference in an answer',
  example: 'ab12cd34',
  required: true,
  positional: true,
  schema: () =>
    z
      .string()
      .regex(
        /^[0-9a-f-]{6,36}$/i,
        'A run goes by its id: at least its first six letters and digits, such as ab12cd34.',
      ),
  widget: { kind: 'none' },
};

export const showRun = defineOperation({
  name: 'show-run',
  verb: 'run',
  summary: 'Show one run: who asked for what, when, and how it ended',
  role: 'operator',
  effect: 'reads',
  example: 'run ab12cd34',
  args: { run: id },

  async run({ databases: { ledger } }, { run: asked }): Promise<Run> {
    const [found, another] = await runsByPrefix(ledger, asked);
    if (!found)
      throw new UserError({ argument: 'run', message: `There is no run ${asked}. “runs” lists the last ones.` });
    if (another)
      throw new UserError({ argument: 'run', message: `Several runs begin with ${asked}. Give more of the id.` });
    return found;
  },

  report: (run, { moment: { timeZone } }): Report => {
    const facts: (readonly [string, string | null])[] = [
      ['Run', run.id],
      ['Asked by', `${run.actorName} (${run.actorId}, ${run.face})`],
      ['In', run.channel],
      ['Input', JSON.stringify(run.input)],
      ['Began', showTime(run.startedAt, timeZone)],
      ['Ended', run.finishedAt && `${showTime(run.finishedAt, timeZone)}, after ${took(run)}`],
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

function took({ startedAt, finishedAt }: Run): string {
  return `${(((finishedAt ?? startedAt).getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`;
}
