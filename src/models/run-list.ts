import type { Knex } from 'knex';
import { byActor } from './by-actor.ts';
import { OPEN, Run } from './run.ts';

/** Which runs; every part that is set must hold. */
export interface RunFilter {
  /** The beginning of an actor's id, or a part of their name. */
  readonly actor?: string | undefined;
  readonly state?: Run['state'] | undefined;
}

/** The newest runs, newest first. */
export async function newestRuns(ledger: Knex, { actor, state }: RunFilter, limit: number): Promise<Run[]> {
  return Run.query(ledger)
    .modify((query) => {
      if (actor) byActor(query, actor);
      if (state) query.where('state', state);
    })
    .orderBy('started_at', 'desc')
    .limit(limit);
}

/** Runs whose id, or reference, begins so; at most two, to tell one from several. */
export async function runsByPrefix(ledger: Knex, prefix: string): Promise<Run[]> {
  return Run.query(ledger)
    .whereRaw('starts_with(id::text, ?)', [prefix.toLowerCase()])
    .orderBy('started_at', 'desc')
    .limit(2);
}

/** Ids of those that wait for their turn. */
export async function queuedRuns(ledger: Knex): Promise<string[]> {
  const found = await Run.query(ledger).select('id').whereNotNull('request').where('state', 'queued');
  return found.map(({ id }) => id);
}

/** What somebody asked for that changes something: all that is still open, then the newest that is over; at most `limit`. */
export async function ownRuns(ledger: Knex, actorId: string, limit: number): Promise<Run[]> {
  const own = () =>
    Run.query(ledger).where({ actor_id: actorId, effect: 'changes' }).orderBy('started_at', 'desc').limit(limit);
  const [open, over] = await Promise.all([
    own().whereIn('state', OPEN),
    own().whereNotIn('state', [...OPEN, 'previewed']),
  ]);
  return [...open, ...over].slice(0, limit);
}
