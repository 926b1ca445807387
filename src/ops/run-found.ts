import type { Knex } from 'knex';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Run } from '../models/run.ts';
import { runsByPrefix } from '../models/run-list.ts';
import type { Argument } from './service/operation.ts';

/** A run that exists, by its id or the beginning of it. */
export const runId: Argument<string, true> = {
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

/** Throws UserError where there is none, or more than one begins so. */
export async function findRun(ledger: Knex, asked: string): Promise<Run> {
  const [found, another] = await runsByPrefix(ledger, asked);
  if (!found)
    throw new UserError({ argument: 'run', message: `There is no run ${asked}. “runs” lists the last ones.` });
  if (another)
    throw new UserError({ argument: 'run', message: `Several runs begin with ${asked}. Give more of the id.` });
  return found;
}
