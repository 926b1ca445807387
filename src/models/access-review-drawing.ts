import type { Knex } from 'knex';

/** How long a replica is believed to be drawing a part after it took it. */
const DRAWING = "interval '60 seconds'";
/** Slack may have lost the channel: nobody tries for ever. */
const DRAWN_WITHIN = "interval '14 days'";
/** How long people have before they are asked again. */
const NUDGED_AFTER = "interval '2 days'";

// What Slack should show of a part: its answers; of the message above them, part 0, how many are answered.
const ITEMS = 'FROM access_review_items item WHERE item.review_id = part.review_id';
const LOOK = `(review.closed_at IS NOT NULL) || ' ' || CASE WHEN part.part = 0
  THEN (SELECT count(DISTINCT organisation_id) ${ITEMS} AND answer IS NULL)::text
  ELSE (SELECT coalesce(string_agg(concat(answer, ' ', answered_at), ',' ORDER BY organisation_id, module_key), '') ${ITEMS} AND item.part = part.part)
  END`;
const UNDRAWN = `access_review_parts part JOIN access_reviews review ON review.id = part.review_id
  WHERE review.began_at > clock_timestamp() - ${DRAWN_WITHIN} AND part.drawn IS DISTINCT FROM ${LOOK}
    AND (part.drawing_until IS NULL OR part.drawing_until <= clock_timestamp())`;

/** Columns that say how the reviews stand, for one statement that asks several things; as `ReviewStand` has them. */
export const REVIEW_STAND = `
  (SELECT seen_until FROM access_reviews WHERE closed_at IS NULL) AS "seenUntil",
  (SELECT id FROM access_reviews WHERE closed_at IS NULL AND nudged_at IS NULL AND began_at <= clock_timestamp() - ${NUDGED_AFTER}
      AND EXISTS (SELECT FROM access_review_items WHERE review_id = access_reviews.id AND answer IS NULL)) AS "toNudge",
  EXISTS (SELECT FROM ${UNDRAWN}) AS "isUndrawn"`;

export interface ReviewStand {
  /** Of the open one: changes on the platform up to here are in its answers. Null: none is open. */
  readonly seenUntil: Date | null;
  /** The one whose people are to be asked again. */
  readonly toNudge: string | null;
  /** Whether Slack shows something otherwise than it is. */
  readonly isUndrawn: boolean;
}

export async function reviewStand(ledger: Knex): Promise<ReviewStand> {
  const { rows } = await ledger.raw(`SELECT ${REVIEW_STAND}`);
  return rows[0];
}

/** Where a part stands in Slack. */
export interface PostedPart {
  readonly channel: string;
  readonly ts: string;
}

/** A part that Slack does not show as it is. Part 0 is the message in whose thread the others are. */
export interface UndrawnPart {
  readonly reviewId: string;
  readonly part: number;
  readonly posted: PostedPart | null;
  readonly look: string;
}

/** Takes the first of them, for a minute: no other replica draws it. Those of a thread wait for the message above them. */
export async function takeUndrawn(ledger: Knex): Promise<UndrawnPart | undefined> {
  const { rows } = await ledger.raw(
    `UPDATE access_review_parts taken SET drawing_until = clock_timestamp() + ${DRAWING}
       FROM (SELECT part.review_id, part.part, ${LOOK} AS look FROM ${UNDRAWN}
                AND (part.part = 0 OR EXISTS (SELECT FROM access_review_parts above
                      WHERE above.review_id = part.review_id AND above.part = 0 AND above.posted IS NOT NULL))
              ORDER BY review.began_at, part.part LIMIT 1 FOR UPDATE OF part SKIP LOCKED) due
      WHERE (taken.review_id, taken.part) = (due.review_id, due.part)
      RETURNING taken.review_id AS "reviewId", taken.part, taken.posted, due.look`,
  );
  return rows[0];
}

/** Says what Slack shows of a part now, and where. */
export async function noteDrawn(
  ledger: Knex,
  { reviewId, part, look }: UndrawnPart,
  posted: PostedPart,
): Promise<void> {
  await ledger('access_review_parts')
    .where({ review_id: reviewId, part })
    .update({ drawn: look, posted: JSON.stringify(posted), drawing_until: null });
}

/** The message of a review in whose thread the rest is. */
export async function postedAbove(ledger: Knex, reviewId: string): Promise<PostedPart | undefined> {
  const row = await ledger('access_review_parts').where({ review_id: reviewId, part: 0 }).first('posted');
  return row?.posted ?? undefined;
}
