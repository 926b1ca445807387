import { EMERGENCY_CODE, sentence } from '../domain/emergency.ts';
import { emergencyCsv } from '../domain/emergency-record.ts';
import { isoDate, showTime } from '../domain/end-date.ts';
import { UserError } from '../errors.ts';
import { AuditEntry } from '../models/audit-entry.ts';
import { Emergency } from '../models/emergency.ts';
import { sightOfEmergency, trailOfEmergency } from '../models/emergency-sight.ts';
import { END } from './emergencies/emergency-badge.ts';
import { isOver, REVIEW } from './emergencies/review-due.ts';
import * as arg from './service/arguments.ts';
import { type Argument, type Context, defineOperation } from './service/operation.ts';
import type { Attachment, Report } from './service/report.ts';
import { signed } from './service/signed.ts';
import { withLedger } from './service/with-ledger.ts';

/** As many of the ledger’s entries go into the file. */
const MOST_ENTRIES = 5_000;
/** As for why it was asked for: “x” is no review. */
const LEAST_WORDS = 10;
/** Runs are recorded a moment behind what they did. */
const BEHIND_MS = 60_000;

interface Reviewed {
  readonly emergency: Emergency;
  readonly record: Attachment;
  /** Those that still wait for theirs. */
  readonly left: number;
}

function telling(label: string, what: string, example: string): Argument<string, true> {
  const summary = `${what}; at least ${LEAST_WORDS} characters, since everybody reads it`;
  const words = arg.words(label, summary, { maxLength: 2000, example, multiline: true });
  const error = `Say in ${LEAST_WORDS} characters or more ${label.replace(/^W/, 'w')}: everybody reads it.`;
  return {
    ...words,
    schema: (moment) => words.schema(moment).refine((typed) => typed.length >= LEAST_WORDS, { error }),
  };
}

export const reviewEmergency = defineOperation({
  name: 'review-emergency',
  verb: 'review-emergency',
  summary: 'Say what happened while emergency access was open, and what was done',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'review-emergency --what-happened "the gateway was down" --what-was-done "restarted it"',
  args: {
    whatHappened: telling('What happened', 'why emergency access was needed', 'the gateway was down'),
    whatWasDone: telling('What was done', 'with the emergency access', 'restarted it'),
  },

  run: (context, input): Promise<Reviewed> => review(context, input),

  trace: ({ emergency: { id, beganAt, endedAt, grants = [] } }) => ({
    subjects: [EMERGENCY_CODE],
    after: { emergency: id, beganAt, endedAt, runs: grants.map((grant) => grant.id) },
  }),

  report: ({ emergency, record, left }, { settings: { timeZone } }): Report => {
    const { beganAt, whatHappened, whatWasDone } = emergency;
    const about = `the emergency access of ${showTime(beganAt, timeZone)}`;
    return {
      tone: 'done',
      title: `The review of ${about} is on record.`,
      parts: left > 0 ? [{ kind: 'text', text: `${left} more without a review.` }] : [],
      ...(left > 0 ? { offers: [REVIEW] } : {}),
      attachments: [record],
      announcement: `filled in the review of ${about}. What happened: ${sentence(whatHappened ?? '')} What was done: ${sentence(whatWasDone ?? '')}`,
    };
  },

  json: ({ emergency: { id, beganAt, endedAt, whatHappened, whatWasDone }, left }) => ({
    ...{ id, beganAt, endedAt, whatHappened, whatWasDone, left },
  }),
});

type Words = Pick<Emergency, 'whatHappened' | 'whatWasDone'>;

/** The oldest is reviewed first. */
async function review(context: Context, words: Words): Promise<Reviewed> {
  const { databases, actor, runId, clock } = context;
  const [before, unreviewed] = await withLedger(() =>
    Promise.all([Emergency.reviewedBy(databases.ledger, runId), Emergency.unreviewed(databases.ledger)]),
  );
  const due = unreviewed.filter((emergency) => isOver(emergency, clock.now()));
  const first = before ?? due[0];
  if (!first) throw nothingDue(unreviewed.length > 0);
  const kept = { ...words, reviewedBy: signed(actor), reviewRun: runId };
  if (!before && !(await first.review(databases.ledger, kept))) {
    throw new UserError('Somebody else has filled in this review a moment ago. Nothing was changed.');
  }
  const left = before ? due.length : due.length - 1;
  return { emergency: Object.assign(first, kept), record: await recordOf(context, first), left };
}

function nothingDue(isOpen: boolean): UserError {
  if (!isOpen) return new UserError('No review is missing: nothing to fill in.');
  return new UserError('Emergency access is still open. It is reviewed once it has ended.', [END]);
}

/** What is on record of that time. A platform that does not answer is left out, and that is said. */
async function recordOf({ databases, settings, log, runId }: Context, emergency: Emergency): Promise<Attachment> {
  const { beganAt, endedAt, endsAt } = emergency;
  const until = new Date((endedAt ?? endsAt ?? beganAt).getTime() + BEHIND_MS);
  const since = new Date(beganAt.getTime() - BEHIND_MS);
  const found = await AuditEntry.between(databases.ledger, { since, until, limit: MOST_ENTRIES + 1 });
  const first = found.slice(0, MOST_ENTRIES);
  const trail = await platformTrail(databases.platform, since).catch((error: unknown) => {
    log.warn({ err: error, runId }, 'the platform’s own record of an emergency could not be read');
    return undefined;
  });
  const most = MOST_ENTRIES.toLocaleString('en-GB');
  const cut =
    found.length > first.length
      ? `; only the first ${most} entries of the ledger are in it: “audit” shows the others`
      : '';
  const missing = trail ? '' : '; the platform’s own record is not in it, since its database does not answer';
  return {
    name: `emergency-${isoDate(beganAt, settings.timeZone)}.csv`,
    content: emergencyCsv(
      first,
      (trail ?? []).filter(({ at }) => at <= until),
    ),
    summary: `What is on record of that time${cut}${missing}`,
  };
}

async function platformTrail(platform: Context['databases']['platform'], since: Date) {
  const sight = await sightOfEmergency(platform);
  return sight ? trailOfEmergency(platform, { organisationId: sight.organisationId, since }) : [];
}
