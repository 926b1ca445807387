import { AccessReview, enterChanges } from '../../models/access-review.ts';
import {
  noteDrawn,
  postedAbove,
  type ReviewStand,
  reviewStand,
  takeUndrawn,
  type UndrawnPart,
} from '../../models/access-review-drawing.ts';
import { changesSince } from '../../models/reviewed-access.ts';
import { accessReview } from '../access-review.ts';
import type { AccessWatch } from '../expiring/access-watch.ts';
import { personBehind } from '../person-behind.ts';
import { nudgeReport, partReport, reviewReport } from './review-report.ts';

/** Whoever writes a change may be a little behind with its time. */
const BEHIND_MS = 60_000;

/** After an answer: Slack shows it at once. Any replica may, at any time. */
export async function tendReview(watch: AccessWatch): Promise<void> {
  if (watch.ports.settings.access?.channel === undefined) return;
  await seeToReview(watch, await reviewStand(watch.ports.databases.ledger));
}

/** Enters what was changed into the answers, shows what Slack does not show yet, and asks once for what is missing. */
export async function seeToReview(watch: AccessWatch, stand: ReviewStand): Promise<void> {
  const { databases, settings, clock } = watch.ports;
  const channel = settings.access?.channel;
  if (channel === undefined) return;
  let isUndrawn = stand.isUndrawn;
  if (stand.seenUntil) {
    const seenUntil = new Date(clock.now().getTime() - BEHIND_MS);
    const changes = await changesSince(databases.platform, stand.seenUntil);
    if (changes.length > 0) {
      const named = await Promise.all(
        changes.map(async (change) => ({ ...change, by: await personBehind(change.by, watch.ports) })),
      );
      await enterChanges(databases.ledger, named, seenUntil);
      isUndrawn = true;
    }
  }
  if (isUndrawn) await draw(watch, channel);
  if (stand.toNudge !== null) await nudge(watch, stand.toNudge);
}

async function draw(watch: AccessWatch, channel: string): Promise<void> {
  const { ledger } = watch.ports.databases;
  while (!watch.stopping?.aborted) {
    const part = await takeUndrawn(ledger);
    if (!part) return;
    await drawPart(watch, channel, part).catch((error: unknown) => {
      watch.ports.log.warn(
        { err: error, part: part.part },
        'a part of the access review could not be shown; it is tried again',
      );
    });
  }
}

async function drawPart({ ports, announcer }: AccessWatch, channel: string, undrawn: UndrawnPart): Promise<void> {
  const { ledger } = ports.databases;
  const { reviewId, part, posted } = undrawn;
  const review = await AccessReview.of(ledger, reviewId);
  if (!review) return;
  const shown = { review, timeZone: ports.settings.timeZone };
  const report = part === 0 ? reviewReport(shown) : partReport(shown, part);
  if (posted) await announcer.amend(posted, WISH, report);
  const above = part === 0 ? undefined : await postedAbove(ledger, reviewId);
  const place =
    posted ?? (above ? await announcer.reply(above, WISH, report) : await announcer.post(channel, WISH, report));
  await noteDrawn(ledger, undrawn, place);
}

const WISH = { operation: accessReview, raw: {} };

/** Noted first: whoever is asked twice is asked once too often. */
async function nudge({ ports, announcer }: AccessWatch, reviewId: string): Promise<void> {
  const { ledger } = ports.databases;
  const [review, above] = await Promise.all([AccessReview.of(ledger, reviewId), postedAbove(ledger, reviewId)]);
  if (!review || !above || !(await review.wasNudged(ledger))) return;
  await announcer.reply(above, WISH, nudgeReport({ review, timeZone: ports.settings.timeZone }));
}
