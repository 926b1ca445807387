import type { Knex } from 'knex';
import { raw } from 'objection';
import { OPEN, Run } from './run.ts';

/** Keeps how the asker of a run is answered from now on. False: it is over, or nobody waits for an answer. */
export async function rememberAnswer(ledger: Knex, id: string, answer: unknown): Promise<boolean> {
  const kept = await Run.query(ledger)
    .findById(id)
    .whereIn('state', OPEN)
    .whereNotNull('request')
    .patch({ request: raw("jsonb_set(request, '{answer}', ?::jsonb)", JSON.stringify(answer)) });
  return kept > 0;
}
