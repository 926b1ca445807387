import { z } from 'zod';
import { connectionFailure } from '../domain/connection-failure.ts';
import { counted } from '../domain/counted.ts';
import { showSeconds, showWho } from '../domain/diagnosis-words.ts';
import { UnavailableError, UserError } from '../errors.ts';
import type { Examiner, SessionEnd, SessionSight } from '../ports.ts';
import { withinLimit } from './health/within-limit.ts';
import * as arg from './service/arguments.ts';
import { type Argument, type Context, defineOperation, type Preview } from './service/operation.ts';
import type { Report } from './service/report.ts';

/** A request that the ledger does not take has waited for a second by then. */
const LIMIT_MS = 2_500;
const UNTOUCHED = 'No session was ended.';
const UNKNOWN = 'Whether the session has ended is not known: “diagnose” shows it, once it answers.';
const AGAIN = [{ label: 'Diagnose again', operation: 'diagnose', input: {} }];

type Found = SessionSight & { readonly blocks: number };

interface Ended {
  readonly session: Found;
  readonly end: SessionEnd;
}

const sessionNumber: Argument<number, true> = {
  label: 'Session',
  summary: 'its number, which “diagnose” shows',
  example: '4711',
  required: true,
  schema: () =>
    z.union([z.string(), z.number().transform(String)]).transform((typed, ctx) => {
      if (/^[1-9]\d{0,8}$/.test(typed.trim())) return Number(typed);
      ctx.addIssue({ code: 'custom', message: 'A session goes by its number, such as 4711; “diagnose” shows it.' });
      return z.NEVER;
    }),
  widget: { kind: 'text', maxLength: 10 },
};

/** Only the offers of “diagnose” set it. */
const started: Argument<string, true> = {
  label: 'Began',
  summary: 'when the session began, as PostgreSQL says it: then it is that one or none',
  example: '2026-11-22 12:00:00.123456+00',
  required: true,
  schema: () =>
    z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/, 'That is no moment as PostgreSQL says it.'),
  widget: { kind: 'none' },
};

export const endSession = defineOperation({
  name: 'end-session',
  verb: 'end-session',
  summary: 'End a session of the platform’s database, such as one that blocks others',
  role: 'operator',
  effect: 'changes',
  evenWhenDown: true,
  emergency: true,
  example: 'end-session 4711',
  args: { session: arg.positional(sessionNumber), started: arg.optional(started) },

  async preview(context, { session: pid, started: wanted }): Promise<Preview> {
    const session = await find(context, pid, wanted);
    return { report: preview(session), state: identity(session), confirmLabel: `End session ${pid}` };
  },

  async run(context, { session: pid, started: wanted }): Promise<Ended> {
    const session = await find(context, pid, wanted);
    context.holdTo(identity(session));
    const end = await within(context, UNKNOWN, (examiner, signal) => examiner.endSession(session, signal));
    if (end === 'not allowed') throw new UserError(notAllowed(session), AGAIN);
    return { session, end };
  },

  trace: ({ session, end }) => {
    const { pid, started: began, user, application, state, statement, blocks } = session;
    return {
      subjects: [],
      before: { pid, started: began, user, application, state, statement, blocks },
      after: { end },
    };
  },

  report: ({ session, end }): Report => {
    const who = `session ${session.pid} of ${showWho(session)}`;
    if (end === 'gone' || end === 'another') {
      return { tone: 'unchanged', title: `The ${who} has just ended by itself. Nothing was done.`, offers: AGAIN };
    }
    const blocked = session.blocks > 0 ? `, which blocked ${counted(session.blocks, 'other')}` : '';
    const announcement = `ended the ${who} on the platform’s database${blocked}`;
    if (end === 'ended') return { tone: 'done', title: `The ${who} is ended.`, offers: AGAIN, announcement };
    const title = `The ${who} is told to end, and is still at it: what it has done is being undone. Look again in a moment.`;
    return { tone: 'attention', title, offers: AGAIN, announcement };
  },
});

/** The session, where it may be ended. */
async function find(context: Context, pid: number, wanted: string | undefined): Promise<Found> {
  const session = await within(context, UNTOUCHED, (examiner, signal) => examiner.findSession(pid, signal));
  const refuse = (message: string) => new UserError([{ argument: 'session', message }], AGAIN);
  if (!session) throw refuse(`There is no session ${pid} any more.`);
  if (wanted !== undefined && session.started !== '' && session.started !== wanted) {
    throw refuse(`The session that had the number ${pid} is gone: another has that number now, and is left alone.`);
  }
  const against = whyNot(session);
  if (against !== undefined) throw refuse(against);
  return session;
}

/** Why a session is left alone, in a sentence; undefined: it may be ended. */
function whyNot({ pid, isOurs, isHere, kind, started: began, statement }: Found): string | undefined {
  if (isOurs) return `Session ${pid} is CapOps’ own, such as a backup. “runs” shows which, and “cancel” ends it.`;
  if (began === '' || kind === '') {
    return `CapOps may not see who session ${pid} is, so it is left alone. A superuser may allow it: GRANT pg_read_all_stats, pg_signal_backend TO CapOps’ user.`;
  }
  if (kind === 'autovacuum worker') {
    const why = /wraparound/.test(statement)
      ? 'it keeps the database from running out of transaction numbers'
      : 'it gives way by itself';
    return `Session ${pid} is PostgreSQL’s own cleaning (autovacuum), and is left alone: ${why}.`;
  }
  if (kind !== 'client backend') return `Session ${pid} is PostgreSQL’s own (${kind}), and is left alone.`;
  if (!isHere) return `Session ${pid} is not on the platform’s database, and is left alone.`;
  return undefined;
}

/** What tells it from whoever has its number later. */
function identity({ pid, started: began }: Found): object {
  return { pid, started: began };
}

function preview(session: Found): Report {
  const { pid, state, stateSeconds, transactionSeconds, statement, blocks } = session;
  const facts: (readonly [string, string])[] = [
    ['Who', showWho(session)],
    ['Since', session.started.replace(/\.\d+\+00$/, ' UTC').replace(/\+00$/, ' UTC')],
    ['State', stateSeconds === null ? state : `${state} for ${showSeconds(stateSeconds)}`],
    ...(transactionSeconds === null ? [] : [['Transaction', `open for ${showSeconds(transactionSeconds)}`] as const]),
    ['Blocks', blocks === 0 ? 'nobody' : counted(blocks, 'other')],
    ...(statement === '' ? [] : [['Last statement', statement] as const]),
  ];
  const note = 'What it has not committed is undone. Its program sees its connection break off.';
  return {
    tone: 'attention',
    title: `Session ${pid} of ${showWho(session)} would be ended.`,
    parts: [
      { kind: 'facts', facts },
      { kind: 'note', text: note },
    ],
  };
}

function notAllowed({ pid, user }: Found): string {
  return `PostgreSQL does not let CapOps’ user end session ${pid} of “${user}”. It needs pg_signal_backend (GRANT pg_signal_backend TO CapOps’ user), and a superuser’s session only a superuser ends. Nothing was done.`;
}

/** A database that does not answer in time, or lets nobody in, is said to be so. */
async function within<T>(
  context: Context,
  consequence: string,
  work: (examiner: Examiner, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!context.openExaminer) throw new Error('this process was composed without an examiner');
  const examiner = await context.openExaminer();
  try {
    return await withinLimit(LIMIT_MS, context.signal, (signal) => work(examiner, signal));
  } catch (error) {
    const failure = connectionFailure(error);
    if (!failure) throw error;
    throw new UnavailableError('the platform’s database', `${failure.reason} ${consequence}`, error);
  }
}
