import type { Knex } from 'knex';
import type { QueryBuilder } from 'objection';
import { Run, type RunState } from './run.ts';

/** States in which some process has the run in its hands. */
const IN_HAND: readonly RunState[] = ['received', 'running'];
/** States in which it waits, and nobody has it. */
const WAITING: readonly RunState[] = ['awaiting', 'queued'];

/** Runs without an outcome that nobody can go on with and whose process is gone. In the terminal: that began long ago. */
export async function abandonedRuns(
  ledger: Knex,
  { gone, begunBefore }: { gone: readonly string[]; begunBefore: Date },
): Promise<Run[]> {
  return Run.query(ledger)
    .where('state', 'running')
    .whereNull('request')
    .where((run) =>
      run
        .whereIn('start_id', [...gone])
        .orWhere((other) => other.whereNull('start_id').where('started_at', '<', begunBefore)),
    )
    .orderBy('started_at');
}

/** Runs that somebody waits for and whose process is gone: unfinished, or finished and never answered. */
export async function orphanedRuns(
  ledger: Knex,
  { gone, finishedAfter }: { gone: readonly string[]; finishedAfter: Date },
): Promise<Run[]> {
  return Run.query(ledger)
    .whereNotNull('request')
    .where((run) =>
      run
        .whereIn('start_id', [...gone])
        .orWhere((other) => other.whereNull('start_id').where('finished_at', '>', finishedAfter).modify(isOver)),
    )
    .whereNotIn('state', [...WAITING])
    .orderBy('started_at');
}

/** Takes an orphaned run over. False: somebody else was faster, or it has moved on. */
export async function adopt(
  ledger: Knex,
  { id, state, startId: former }: Run,
  startId: string | null,
): Promise<boolean> {
  const adopted = await Run.query(ledger)
    .findById(id)
    .where('state', state)
    .modify((query) => {
      if (former === null) query.whereNull('start_id');
      else query.where('start_id', former);
    })
    .patch({ startId });
  return adopted > 0;
}

function isOver(query: QueryBuilder<Run, Run[]>): void {
  query.whereNotIn('state', [...IN_HAND, ...WAITING]);
}
