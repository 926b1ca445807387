import { Emergency } from '../../models/emergency.ts';
import { answerWithin } from '../health/within-limit.ts';
import type { Context } from '../service/operation.ts';
import { signed } from '../service/signed.ts';

/** The answer waits no longer for the ledger; what it does not take now is entered by whoever looks next. */
const LIMIT_MS = 1_000;

/** Enters that this run gave emergency access. False: the ledger did not take it; whoever looks next reads it off the platform. */
export function noteGiven(
  context: Context,
  { why, at, until }: { why: string; at: Date; until: Date | null },
): Promise<boolean> {
  const { runId, actor, unapproved } = context;
  return noted(context, () =>
    Emergency.give(context.databases.ledger, {
      id: runId,
      how: unapproved?.rule ?? 'approved',
      givenAt: at,
      givenTo: signed(actor),
      actorId: actor.id,
      why,
      endsAt: until,
    }),
  );
}

/** Enters that this run ended it. False likewise. */
export function noteEnded(context: Context, at: Date): Promise<boolean> {
  return noted(context, () => Emergency.end(context.databases.ledger, { endedAt: at, endedBy: signed(context.actor) }));
}

async function noted({ log, runId, isLedgerDown }: Context, note: () => Promise<void>): Promise<boolean> {
  if (isLedgerDown) return false;
  try {
    await answerWithin(LIMIT_MS, undefined, note);
    return true;
  } catch (error) {
    log.warn({ err: error, runId }, 'the ledger did not take what became of emergency access');
    return false;
  }
}
