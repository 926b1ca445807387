import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import type { ReviewChoice, ReviewedAccess } from '../domain/access-review.ts';
import type { AccessChanged } from './reviewed-access.ts';
import { inTransaction } from './transaction.ts';

/** One access that a review asks about. */
export class ReviewItem extends Model {
  static override tableName = 'access_review_items';
  static override idColumn = ['review_id', 'organisation_id', 'module_key'];
  static override columnNameMappers = snakeCaseMappers();

  declare reviewId: string;
  /** From 1. */
  declare part: number;
  declare organisationId: string;
  declare moduleKey: string;
  declare code: string;
  declare name: string;
  /** The end that it had when the review began; null: none. */
  declare validUntil: Date | null;
  /** The last change before that. */
  declare changedAt: Date | null;
  declare changedBy: string | null;
  /** `changed`: granted, extended, given an end or revoked since the review began, by whoever. */
  declare answer: 'kept' | 'changed' | null;
  declare answeredAt: Date | null;
  declare answeredBy: string | null;
}

/** A round through the access that needs looking at. At most one is open: the next one closes it. */
export class AccessReview extends Model {
  static override tableName = 'access_reviews';
  static override columnNameMappers = snakeCaseMappers();
  static override relationMappings = () => ({
    items: {
      relation: Model.HasManyRelation,
      modelClass: ReviewItem,
      join: { from: 'access_reviews.id', to: 'access_review_items.review_id' },
      modify: (query: ReturnType<typeof ReviewItem.query>) => query.orderBy(['part', 'code', 'module_key']),
    },
  });

  declare id: string;
  declare beganAt: Date;
  /** Organisations with access that it does not ask about. */
  declare leftOut: number;
  /** Changes on the platform up to here are in the answers. */
  declare seenUntil: Date;
  declare nudgedAt: Date | null;
  declare closedAt: Date | null;
  declare items?: ReviewItem[];

  static async of(ledger: Knex, id: string): Promise<AccessReview | undefined> {
    return AccessReview.query(ledger).findById(id).withGraphFetched('items');
  }

  /** Closes the one before, and begins this one. Idempotent. */
  static async begin(
    ledger: Knex,
    { id, beganAt, choice }: { id: string; beganAt: Date; choice: ReviewChoice<ReviewedAccess> },
  ): Promise<void> {
    await inTransaction(ledger, async (trx) => {
      if (await AccessReview.query(trx).findById(id)) return;
      await AccessReview.query(trx).whereNull('closed_at').patch({ closedAt: beganAt });
      const { leftOut, parts } = choice;
      await AccessReview.query(trx).insert({ id, beganAt, leftOut, seenUntil: beganAt });
      const numbers = [...Array(parts.length + 1).keys()];
      await trx('access_review_parts').insert(numbers.map((part) => ({ review_id: id, part })));
      const items = parts.flatMap((organisations, place) =>
        organisations.flat().map((access) => itemOf(access, { reviewId: id, part: place + 1 })),
      );
      if (items.length > 0) await ReviewItem.query(trx).insert(items).toKnexQuery();
    });
  }

  /** Notes that people were asked again about what nobody has answered. False when somebody has noted it before. */
  async wasNudged(ledger: Knex): Promise<boolean> {
    const noted = await AccessReview.query(ledger)
      .findById(this.id)
      .whereNull('nudged_at')
      .patch({ nudgedAt: raw('clock_timestamp()') } as object);
    return noted > 0;
  }
}

function itemOf(access: ReviewedAccess, place: { reviewId: string; part: number }): Partial<ReviewItem> {
  const { organisationId, moduleKey, code, name, validUntil, changedAt, changedBy } = access;
  return { ...place, organisationId, moduleKey, code, name, validUntil, changedAt, changedBy };
}

/** The open review, as far as it has come; counted in organisations: one is answered when each of its accesses is. */
export interface OpenReview {
  readonly id: string;
  readonly began: Date;
  readonly answered: number;
  readonly unanswered: number;
  /** Organisations that it does not ask about. */
  readonly leftOut: number;
  readonly items: readonly ReviewItem[];
}

/** Undefined: none is open. */
export async function openReview(ledger: Knex): Promise<OpenReview | undefined> {
  const review = await AccessReview.query(ledger).whereNull('closed_at').limit(1).withGraphFetched('items').first();
  if (!review) return undefined;
  const { id, beganAt: began, leftOut, items = [] } = review;
  return { id, began, leftOut, items, ...progressOf(items) };
}

export function progressOf(items: readonly ReviewItem[]): { answered: number; unanswered: number } {
  const all = new Set(items.map(({ organisationId }) => organisationId)).size;
  const open = items.filter(({ answer }) => answer === null);
  const unanswered = new Set(open.map(({ organisationId }) => organisationId)).size;
  return { answered: all - unanswered, unanswered };
}

/** Enters changes on the platform into the open review's answers; the later of two answers stands. */
export async function enterChanges(ledger: Knex, changes: readonly AccessChanged[], seenUntil: Date): Promise<void> {
  await ledger.raw(
    `WITH seen AS (UPDATE access_reviews SET seen_until = greatest(seen_until, :seenUntil) WHERE closed_at IS NULL RETURNING id, began_at)
     UPDATE access_review_items item SET answer = 'changed', answered_at = changed.at, answered_by = changed.by
       FROM seen, unnest(CAST(:organisations AS text[]), CAST(:modules AS text[]), CAST(:ats AS timestamptz[]), CAST(:bys AS text[]))
            AS changed (organisation_id, module_key, at, by)
      WHERE item.review_id = seen.id AND changed.at >= seen.began_at
        AND (item.organisation_id, item.module_key) = (changed.organisation_id, changed.module_key)
        AND (item.answered_at IS NULL OR item.answered_at < changed.at)`,
    {
      seenUntil,
      organisations: changes.map(({ organisationId }) => organisationId),
      modules: changes.map(({ moduleKey }) => moduleKey),
      ats: changes.map(({ at }) => at),
      bys: changes.map(({ by }) => by),
    },
  );
}

/** Puts on record that these accesses stay, and answers the open review as far as it asks. Idempotent for a run. */
export async function keep(
  ledger: Knex,
  { organisationId, moduleKeys }: { organisationId: string; moduleKeys: readonly string[] },
  by: { at: Date; name: string; actorId: string; runId: string },
): Promise<void> {
  await ledger.transaction(async (trx) => {
    const kept = {
      organisation_id: organisationId,
      kept_at: by.at,
      kept_by: `${by.name} (${by.actorId})`,
      run_id: by.runId,
    };
    await trx('kept_access')
      .insert(moduleKeys.map((module_key) => ({ ...kept, module_key })))
      .onConflict()
      .ignore();
    await ReviewItem.query(trx)
      .whereIn('review_id', AccessReview.query(trx).select('id').whereNull('closed_at'))
      .where('organisation_id', organisationId)
      .whereIn('module_key', [...moduleKeys])
      .where((earlier) => earlier.whereNull('answered_at').orWhere('answered_at', '<', by.at))
      .patch({ answer: 'kept', answeredAt: by.at, answeredBy: by.name });
  });
}
