import { setTimeout as sleep } from 'node:timers/promises';
import { covers } from '../domain/access-policy.ts';
import { personOf } from '../domain/approval-rule.ts';
import { DeniedError, UserError } from '../errors.ts';
import { Approval } from '../models/approval.ts';
import { AuditEntry } from '../models/audit-entry.ts';
import { OPEN, Run } from '../models/run.ts';
import { RunSoFar } from '../models/run-so-far.ts';
import { slackIdIn } from './person-behind.ts';
import { findRun, runId } from './run-found.ts';
import { standingNow } from './service/authorise.ts';
import { CancelledError } from './service/cancellation.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { settledRecord } from './service/run-rows.ts';
import { signed } from './service/signed.ts';

/** A long operation stops within 5 s of hearing of it. */
const WAIT_MS = 6_000;
const LOOK_EVERY_MS = 100;

interface Cancelled {
  readonly before: Run;
  readonly now: Run;
  /** What stands all the same. */
  readonly soFar: string | undefined;
}

export const cancelRun = defineOperation({
  name: 'cancel-run',
  verb: 'cancel',
  summary: 'Cancel a run that waits, or a long one that is under way',
  role: 'viewer',
  effect: 'changes',
  evenWhenFrozen: true,
  leavesMessage: true,
  restartable: true,
  example: 'cancel ab12cd34',
  args: { run: runId },

  async run(context, { run: asked }): Promise<Cancelled> {
    const before = await findRun(context.databases.ledger, asked);
    await refuseOthers(context, before);
    const now = await bringToAnEnd(context, before);
    return { before, now, soFar: await RunSoFar.wordsOf(context.databases.ledger, now.id) };
  },

  trace: ({ before, now }) => ({
    subjects: [],
    before: { run: before.id, state: before.state },
    after: { state: now.state },
  }),

  report: ({ before, now, soFar = 'Nothing was changed.' }): Report => {
    const what = `${now.operation} by ${now.actorName} (run ${now.id.slice(0, 8)})`;
    if (!isOpen(before)) return { tone: 'unchanged', title: `${what} is over: ${endOf(now)}` };
    if (isOpen(now)) {
      const title = `${what} is asked to stop and has not stopped yet. “run ${now.id.slice(0, 8)}” shows what comes of it.`;
      return { tone: 'attention', title, announcement: `asked ${what} to stop` };
    }
    if (now.state !== 'cancelled') return { tone: 'attention', title: `Too late: ${what} ended first: ${endOf(now)}` };
    return { tone: 'done', title: `${what} is cancelled. ${soFar}`, announcement: `cancelled ${what}` };
  },
});

function isOpen({ state }: Run): boolean {
  return OPEN.includes(state);
}

function endOf({ state, message, summary }: Run): string {
  return message ?? (summary ? `${state}. ${summary}` : `it is ${state}.`);
}

/** Everybody may cancel what they asked for themselves, on whatever face. */
async function refuseOthers(context: Context, run: Run): Promise<void> {
  const { actor, settings } = context;
  if (run.actorId === actor.id) return;
  const person = personOf(actor, settings.policy);
  if (person !== undefined && person === askerOf(run, context)) return;
  const { role } = await standingNow(context, actor);
  if (role && covers(role, 'operator')) return;
  throw new DeniedError(
    'cancel.others',
    `${run.operation} (run ${run.id.slice(0, 8)}) was asked for by ${run.actorName}. Others’ runs are cancelled by operators. Nothing was changed.`,
  );
}

/** The Slack person who asked for a run, as far as it is known. */
function askerOf({ request, actorId }: Run, { settings: { policy } }: Context): string | undefined {
  if (request) return personOf(request.actor.onBehalfOf ?? request.actor, policy);
  return slackIdIn(actorId);
}

/** Ends what waits, asks what runs to end, and waits for that. Resolves with the run as it stands then. */
async function bringToAnEnd(context: Context, before: Run): Promise<Run> {
  const { ledger } = context.databases;
  const until = performance.now() + WAIT_MS;
  for (let run = before; ; ) {
    if (!isOpen(run)) return run;
    const isWaiting = run.state === 'queued' || run.state === 'awaiting';
    if (!isWaiting) await askToEnd(context, run);
    // Whoever has it in hand tells its asker; nobody has this one.
    else if (await endWaiting(context, run)) await context.service.tellEnd(run.id);
    run = (await Run.byId(ledger, run.id)) ?? run;
    if (!isOpen(run) || performance.now() > until) return run;
    await sleep(LOOK_EVERY_MS);
  }
}

/** One that nobody has begun is over at once. False: somebody has begun it at this moment. */
async function endWaiting({ databases: { ledger }, clock, actor }: Context, run: Run): Promise<boolean> {
  const { id, state: from } = run;
  const by = signed(actor);
  const finishedAt = clock.now();
  const soFar = await RunSoFar.wordsOf(ledger, id);
  const end = { state: 'cancelled' as const, message: new CancelledError(by, soFar).message };
  return ledger.transaction(async (trx) => {
    const change = { ...end, finishedAt, cancelAskedBy: by, requestKey: null };
    // The approval is locked before its run, as by whoever decides.
    if (from === 'awaiting') await Approval.withdraw(trx, id);
    if (!(await Run.advance(trx, { id, from }, change))) return false;
    await AuditEntry.append(trx, [settledRecord(run, end, finishedAt)]);
    return true;
  });
}

/** Whoever has it in hand looks every second. */
async function askToEnd({ databases: { ledger }, service, actor }: Context, run: Run): Promise<void> {
  const { id, state, operation } = run;
  if (!service.find(operation)?.long) {
    throw new UserError(
      `${operation} by ${run.actorName} is being done right now and is through in a moment: it can no longer be cancelled.`,
    );
  }
  if (state !== 'running' || run.cancelAskedBy !== null) return;
  await Run.advance(ledger, { id, from: 'running' }, { cancelAskedBy: signed(actor) });
}
