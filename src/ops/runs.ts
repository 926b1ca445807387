import { z } from 'zod';
import { showTime } from '../domain/end-date.ts';
import { RUN_STATES, type Run, type RunState } from '../models/run.ts';
import { newestRuns } from '../models/run-list.ts';
import * as arg from './service/arguments.ts';
import { type Argument, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

const LISTED = 20;
const state: Argument<RunState, false> = {
  label: 'State',
  summary: `only those that are ${RUN_STATES.join(', ')}`,
  example: 'failed',
  required: false,
  schema: () => z.enum(RUN_STATES, `The states are ${RUN_STATES.join(', ')}.`),
  widget: { kind: 'none' },
};

export const runs = defineOperation({
  name: 'runs',
  verb: 'runs',
  summary: 'List the last runs: who asked for what, and how it ended',
  role: 'operator',
  effect: 'reads',
  example: 'runs @ada',
  args: {
    by: {
      ...arg.optional(arg.words('By', 'a person: @name, or the start of an id', { maxLength: 100, example: '@ada' })),
      positional: true,
      widget: { kind: 'none' },
    },
    state,
  },

  run: ({ databases: { ledger } }, { by, state: only }): Promise<Run[]> =>
    newestRuns(ledger, { actor: by?.replace(/^@/, ''), state: only }, LISTED),

  report: (found, { moment }): Report => {
    if (found.length === 0) return { tone: 'info', title: 'No run matches.' };
    const rows = found.map(({ id, startedAt, actorName, operation, state: is, summary, message }) => [
      id.slice(0, 8),
      showTime(startedAt, moment.timeZone),
      actorName,
      `${operation} ${is}`,
      summary ?? message ?? '',
    ]);
    return {
      tone: 'info',
      title:
        found.length === LISTED ? `The last ${LISTED} runs` : `${found.length} ${found.length === 1 ? 'run' : 'runs'}`,
      parts: [
        { kind: 'table', columns: ['Run', 'When', 'Who', 'What', 'Answer'], rows },
        { kind: 'note', text: `“run ${rows[0]?.[0]}” shows one whole.` },
      ],
    };
  },
});
