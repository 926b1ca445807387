import { remindedUntil, remindingAt } from '../../domain/access-reminder.ts';
import { EMERGENCY_CODE } from '../../domain/emergency.ts';
import { type ComingEnd, comingEnds } from '../../models/access-ends.ts';
import { remindedBindings, SOMEBODY_TO_REMIND } from '../../models/access-reminder.ts';
import { REVIEW_STAND, type ReviewStand } from '../../models/access-review-drawing.ts';
import type { AccessSettings, Ports } from '../../ports.ts';

/** An end that is so near that people are to be reminded, and which of the reminders that is. */
export interface CloseEnd extends ComingEnd {
  readonly days: number;
  readonly daysLeft: number;
}

/** What is to be done about access that ends. */
export interface DueAccess {
  /** Whether the end of any active access has passed. */
  readonly isOver: boolean;
  /** Whoever is told of them already is among them. */
  readonly close: readonly CloseEnd[];
  /** Whether the channel has something to hear that it has not heard. */
  readonly isUntold: boolean;
  readonly review: ReviewStand;
}

/** Looks what is due, in two statements: one reads the platform, one the ledger. */
export async function lookAtAccess(
  { databases, clock, settings }: Ports,
  { remindDaysBefore }: AccessSettings,
): Promise<DueAccess> {
  const moment = { now: clock.now(), timeZone: settings.timeZone };
  const ends = await comingEnds(databases.platform, remindedUntil(remindDaysBefore, moment));
  const reminding = remindingAt(remindDaysBefore, moment);
  const close = ends.flatMap((end) => {
    // Nobody is to extend an emergency.
    const due = end.isOver || end.code === EMERGENCY_CODE ? undefined : reminding(end.validUntil);
    return due ? [{ ...end, ...due }] : [];
  });
  const { rows } = await databases.ledger.raw(
    `SELECT ${SOMEBODY_TO_REMIND} OR EXISTS (SELECT FROM access_expiries WHERE told_at IS NULL) AS "isUntold", ${REVIEW_STAND}`,
    remindedBindings(close),
  );
  const { isUntold, ...review } = rows[0] as ReviewStand & { isUntold: boolean };
  return { isOver: ends.some(({ isOver }) => isOver), close, isUntold, review };
}
