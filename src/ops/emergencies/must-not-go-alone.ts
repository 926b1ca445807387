import { endOf, isTooLong, MOST_HOURS } from '../../domain/emergency.ts';
import { hoursLeft, lastEndBefore, openMsUntil } from '../../domain/emergency-past.ts';
import { showDate, showTime } from '../../domain/end-date.ts';
import { Emergency } from '../../models/emergency.ts';
import type { Context, Unless } from '../service/operation.ts';
import { withLedger } from '../service/with-ledger.ts';
import { emergencyPast } from './emergency-past.ts';
import { isOver, REVIEW } from './review-due.ts';

const TOO_LONG = `Emergency access would be open for more than ${MOST_HOURS} hours in all, so a second person has to agree.`;

/** One whose review is missing, or that would be open for more than a day in all, needs a second person. */
export async function mustNotGoAlone(context: Context, hours: number): Promise<Unless | undefined> {
  return context.isLedgerDown ? byPlatform(context, hours) : byLedger(context, hours);
}

async function byLedger({ databases, clock, settings }: Context, hours: number): Promise<Unless | undefined> {
  const now = clock.now();
  const unreviewed = await withLedger(() => Emergency.unreviewed(databases.ledger));
  const due = unreviewed.find((emergency) => isOver(emergency, now));
  if (due) {
    const because = `The review of the emergency access of ${showDate(due.beganAt, settings.timeZone)} is missing, so it is not given without a second person.`;
    return { because, offers: [REVIEW] };
  }
  const open = unreviewed.at(-1);
  return open && isTooLong(open.beganAt, endOf(now, hours)) ? { because: TOO_LONG, offers: [] } : undefined;
}

/** The platform knows for how long it was open, and nothing of reviews. */
async function byPlatform(context: Context, hours: number): Promise<Unless | undefined> {
  const { stretches, now } = await emergencyPast(context);
  const left = hoursLeft(openMsUntil(stretches, now));
  if (hours <= left) return undefined;
  const fewer = left > 0 ? ` Up to ${left} ${left === 1 ? 'hour goes' : 'hours go'} without.` : '';
  return { because: `${TOO_LONG}${fewer}`, offers: [] };
}

/** What is said of the review of an earlier one where the ledger cannot be asked: it reads on. */
export async function reviewUnseen(context: Context): Promise<string> {
  const past = await emergencyPast(context).catch(() => undefined);
  const end = past && lastEndBefore(past.stretches, past.now);
  const which = end ? `of the one that ended at ${showTime(end, context.settings.timeZone)}` : 'of an earlier one';
  return `whether the review ${which} is missing is not known`;
}
