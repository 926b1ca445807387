import type { Offer } from '../errors.ts';
import type { ActivitySight, DatabaseExam, LockWait, SessionSight } from '../ports.ts';
import { counted } from './counted.ts';
import type { Step, StepDetails } from './diagnosis.ts';
import { showSeconds, showWho, skipped, unasked } from './diagnosis-words.ts';
import { PREPARED, type RootBlocker, rootBlockers } from './lock-tree.ts';

const NAMED = { name: 'locks', label: 'Locks' };
/** Whoever waits for so long does not wait in passing. */
const LONG_WAIT_SECONDS = 3;
const LONG_TRANSACTION_SECONDS = 600;
const MOST_OFFERS = 3;

/** Who blocks whom, and which transactions have been open for long. */
export function locksStep({ asked }: DatabaseExam, failed: Step | undefined): Step {
  const sight = asked?.activity;
  if (!sight) return skipped(NAMED, failed);
  if (!sight.isAnswered) return unasked(NAMED, sight);
  const roots = rootBlockers(sight.waits).filter(
    ({ longestSeconds }) => (longestSeconds ?? LONG_WAIT_SECONDS) >= LONG_WAIT_SECONDS,
  );
  if (roots.length > 0) return blocked(sight, roots);
  const long = sight.sessions.filter(({ transactionSeconds }) => (transactionSeconds ?? 0) >= LONG_TRANSACTION_SECONDS);
  if (long.length > 0) return longOpen(long);
  const waiting = sight.waits.length > 0 ? `; ${counted(sight.waits.length, 'session')} waiting in passing` : '';
  return { ...NAMED, state: 'ok', says: `Nobody waits for long${waiting}` };
}

function blocked({ sessions, waits }: ActivitySight, roots: readonly RootBlocker[]): Step {
  const of = (pid: number) => sessions.find((session) => session.pid === pid);
  const [first] = roots as [RootBlocker, ...RootBlocker[]];
  const session = of(first.pid);
  const whom = `${counted(first.blocked.length, 'other')}${first.longestSeconds === null ? '' : `, for up to ${showSeconds(first.longestSeconds)}`}`;
  const isPrepared = first.pid === PREPARED;
  const who = isPrepared ? 'A prepared transaction' : `Session ${first.pid}${session ? ` of ${showWho(session)}` : ''}`;
  const further = roots.length > 1 ? `; so ${roots.length > 2 ? `do ${roots.length - 1} others` : 'does another'}` : '';
  return {
    ...{ ...NAMED, state: 'wrong', says: `${isPrepared ? who : `Session ${first.pid}`} blocks ${whom}${further}` },
    cause: `${who}${session ? `, ${stateWords(session)},` : ''} blocks ${whom}.`,
    ...whatNext(session, isPrepared),
    offers: roots.flatMap(({ pid }) => endOffer(of(pid))).slice(0, MOST_OFFERS),
    details: [chainTable(sessions, waits, roots)],
  };
}

function whatNext(session: SessionSight | undefined, isPrepared: boolean): Pick<Step, 'next' | 'type'> {
  if (isPrepared) {
    const type = ['SELECT gid, prepared, owner FROM pg_prepared_xacts;', 'ROLLBACK PREPARED …;'];
    return { next: 'Find it, and end it as its owner or a superuser.', type };
  }
  if (!session) return { next: 'It has just gone. Look again.' };
  if (session.isOurs)
    return { next: 'It is CapOps’ own, such as a backup or a restore: “runs” shows which, and “cancel” ends it.' };
  if (session.started === '')
    return {
      next: 'CapOps may not see others’ sessions, so it cannot end one. Let it see them.',
      type: ['GRANT pg_read_all_stats, pg_signal_backend TO …;'],
    };
  if (session.kind !== 'client backend')
    return { next: `It is PostgreSQL’s own work (${session.kind}). Wait for it, or look at the server.` };
  return { next: 'End that session, once you know whose work it is: what it has not committed is undone.' };
}

function longOpen(long: readonly SessionSight[]): Step {
  const [first] = [...long].sort((a, b) => (b.transactionSeconds ?? 0) - (a.transactionSeconds ?? 0)) as [SessionSight];
  const lasts = showSeconds(first.transactionSeconds ?? 0);
  return {
    ...{
      ...NAMED,
      state: 'look',
      says: `Nobody waits for long; ${counted(long.length, 'transaction')} open for up to ${lasts}`,
    },
    cause: `A transaction of ${showWho(first)} (session ${first.pid}, ${first.state}) has been open for ${lasts}.`,
    next: 'Ask whoever runs it; while it is open, nothing that it may still need is cleaned up.',
    offers: long.flatMap(endOffer).slice(0, MOST_OFFERS),
    details: [chainTable(long, [], [])],
  };
}

/** Only of one that can be told from whoever has its number later. */
function endOffer(session: SessionSight | undefined): Offer[] {
  if (!session?.isHere || session.isOurs || session.started === '' || session.kind !== 'client backend') return [];
  const { pid, started } = session;
  return [
    {
      label: `End session ${pid}`,
      operation: 'end-session',
      input: { session: String(pid), started },
      style: 'danger',
    },
  ];
}

function stateWords({ state, stateSeconds, transactionSeconds }: SessionSight): string {
  if (stateSeconds === null || state === 'not shown') return 'whose state is not shown';
  const open =
    transactionSeconds === null || state.startsWith('idle')
      ? ''
      : `, its transaction open for ${showSeconds(transactionSeconds)}`;
  return `${state} for ${showSeconds(stateSeconds)}${open}`;
}

const COLUMNS = ['Session', 'Who', 'State', 'Transaction', 'Waits', 'For', 'Statement'];

/** The roots first, then who waits for them. */
function chainTable(
  sessions: readonly SessionSight[],
  waits: readonly LockWait[],
  roots: readonly RootBlocker[],
): StepDetails {
  const order = [
    ...new Set([...roots.flatMap(({ pid, blocked: behind }) => [pid, ...behind]), ...sessions.map(({ pid }) => pid)]),
  ];
  const rows = order.flatMap((pid) => {
    const session = sessions.find((one) => one.pid === pid);
    const wait = waits.find((one) => one.pid === pid);
    if (!session) return [];
    return [
      [
        String(pid),
        showWho(session),
        session.state,
        seconds(session.transactionSeconds),
        ...waitCells(wait),
        session.statement,
      ],
    ];
  });
  return { title: roots.length > 0 ? 'Who blocks whom' : 'Transactions that are open', columns: COLUMNS, rows };
}

function waitCells(wait: LockWait | undefined): string[] {
  if (!wait) return ['', ''];
  const what = wait.table === null ? '' : ` (${wait.table})`;
  return [
    seconds(wait.seconds),
    `${wait.blockedBy.map((pid) => (pid === PREPARED ? 'prepared' : pid)).join(', ')}${what}`,
  ];
}

function seconds(value: number | null): string {
  return value === null ? '' : showSeconds(value);
}
