import { showTime } from '../domain/end-date.ts';
import { listWords } from '../domain/module-keys.ts';
import { UserError } from '../errors.ts';
import type { Approval } from '../models/approval.ts';
import { decide } from '../models/decide-approval.ts';
import { askedWords, decisionOf, hasDecided, isMetBy, openCase, overWords } from './approving/approval-case.ts';
import { recordApproval } from './approving/approval-record.ts';
import { stillNeeded } from './approving/approvers.ts';
import { carryOut } from './approving/carry-out.ts';
import { runId } from './run-found.ts';
import { refuseWhileFrozen } from './service/frozen.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import type { Outcome } from './service/service.ts';
import { signed } from './service/signed.ts';

interface Approved {
  readonly approval: Approval;
  /** What was asked for, as somebody would type it. */
  readonly asked: string;
  readonly askedBy: string;
  /** Who is still needed; undefined: nobody. */
  readonly needed: string | undefined;
  /** What came of it; undefined while others are needed, or another process is at it. */
  readonly outcome: Outcome | undefined;
}

export const approve = defineOperation({
  name: 'approve',
  verb: 'approve',
  summary: 'Let run what somebody else has asked for, as capops.yml lets you',
  role: 'viewer',
  effect: 'changes',
  // What it lets run is asked instead: thawing may itself need a second person.
  evenWhenFrozen: true,
  leavesMessage: true,
  restartable: true,
  example: 'approve ab12cd34',
  args: { run: { ...runId, widget: { kind: 'text', maxLength: 36 } } },

  async run(context, { run: asked }): Promise<Approved> {
    const decided = await openCase(context, asked);
    const { run, rule, members } = decided;
    const operation = context.service.find(run.operation);
    if (!operation) throw new UserError(`This version of CapOps knows no operation “${run.operation}”.`);
    await refuseWhileFrozen(context, operation);
    const { isMet, stillThere } = await isMetBy(context, decided);
    const verdict = await decide(
      context.databases.ledger,
      decisionOf(decided, { actor: context.actor, decision: 'approve' }),
      {
        isMet,
        also: async (trx, { kind, approval }) => {
          if (kind === 'approved') await recordApproval(trx, run, onRecord(context, { approval, stillThere }));
        },
      },
    );
    const approval = verdict?.approval ?? decided.approval;
    const result = { approval, asked: askedWords(context.service, run), askedBy: run.actorName };
    if (verdict?.kind === 'approved' || hasDecided(decided, approval, 'approved')) {
      return { ...result, needed: undefined, outcome: await carryOut(context, run.id) };
    }
    if (verdict?.kind !== 'counted') throw new UserError(overWords(context, approval));
    const approvers = stillThere(approversOf(approval));
    const needed = await stillNeeded(context, { rule, askedBy: approval.askedBy, approvers, members });
    return { ...result, needed, outcome: undefined };
  },

  trace: ({ approval, needed, outcome }) => ({
    subjects: [],
    after: {
      run: approval.runId,
      decision: needed === undefined ? 'approved' : 'counted',
      ...(outcome ? { outcome: outcome.kind } : {}),
    },
  }),

  report: ({ approval, asked, askedBy, needed, outcome }, { settings: { timeZone } }): Report => {
    if (needed === undefined) return carriedOut(`You approved “${asked}” for ${askedBy}.`, outcome);
    return {
      tone: 'done',
      title: `You approved “${asked}” for ${askedBy}. Still needed: ${needed}.`,
      parts: [{ kind: 'note', text: `It expires at ${showTime(approval.expiresAt, timeZone)}.` }],
    };
  },

  json: ({ approval: { runId: run, state }, needed, outcome }) => ({ run, state, needed, outcome: outcome?.kind }),
});

function approversOf({ decisions = [] }: Approval): string[] {
  return decisions.filter(({ decision }) => decision === 'approve').map(({ person }) => person);
}

function onRecord(
  { clock }: Context,
  { approval, stillThere }: { approval: Approval; stillThere: (approvers: readonly string[]) => readonly string[] },
) {
  const counting = stillThere(approversOf(approval));
  const names = (approval.decisions ?? [])
    .filter(({ person }) => counting.includes(person))
    .map(({ name, actorId }) => signed({ name, id: actorId }));
  return { message: `Approved by ${listWords(names)}.`, at: clock.now(), approvers: counting };
}

function carriedOut(title: string, outcome: Outcome | undefined): Report {
  if (!outcome || (outcome.kind === 'done' && outcome.repeated))
    return { tone: 'done', title: `${title} It is on its way.` };
  switch (outcome.kind) {
    case 'done':
    case 'queued':
    case 'awaiting':
      return { ...withoutNews(outcome.report), title: `${title} ${outcome.report.title}` };
    case 'refused':
    case 'denied':
      return undone(title, outcome.error.message);
    case 'preview':
      return undone(title, 'what it would do has changed.');
    default:
      return undone(title, outcome.message);
  }
}

function undone(title: string, why: string): Report {
  return { tone: 'attention', broken: true, title: `${title} It was not done: ${why}` };
}

/** Whoever asked is answered for themselves, with the offers, and the team hears of it from there. */
function withoutNews({ tone, parts }: Report): Pick<Report, 'tone' | 'parts'> {
  return { tone, ...(parts ? { parts } : {}) };
}
