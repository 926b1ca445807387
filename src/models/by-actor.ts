import type { Model, QueryBuilder } from 'objection';

/** Limits rows that name an actor to those whose id begins so, or whose name holds it in any case. */
export function byActor<M extends Model>(query: QueryBuilder<M, M[]>, actor: string): void {
  query.whereRaw('(starts_with(actor_id, ?) OR strpos(lower(actor_name), lower(?)) > 0)', [actor, actor]);
}
