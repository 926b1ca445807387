import { UserError } from '../errors.ts';
import type { Approval } from '../models/approval.ts';
import { decide } from '../models/decide-approval.ts';
import { askedWords, decisionOf, hasDecided, openCase, overWords } from './approving/approval-case.ts';
import { endWaiting } from './approving/approval-record.ts';
import { runId } from './run-found.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

interface Denied {
  readonly approval: Approval;
  readonly asked: string;
  readonly askedBy: string;
  readonly reason: string;
}

export const deny = defineOperation({
  name: 'deny',
  verb: 'deny',
  summary: 'Decline what somebody else has asked for, and say why',
  role: 'viewer',
  effect: 'changes',
  evenWhenFrozen: true,
  leavesMessage: true,
  restartable: true,
  example: 'deny ab12cd34 because the contract goes on',
  args: {
    run: { ...runId, widget: { kind: 'text', maxLength: 36 } },
    reason: {
      ...arg.words('Reason', 'why not; whoever asked reads it', {
        maxLength: 500,
        example: 'the contract goes on',
        multiline: true,
      }),
      keyword: 'because',
    },
  },

  async run(context, { run: asked, reason }): Promise<Denied> {
    const { actor, clock, databases, service } = context;
    const decided = await openCase(context, asked);
    const { run } = decided;
    const message = `${actor.name} declined this, because ${reason.replace(/^because\s+/i, '')}. Nothing was changed.`;
    const verdict = await decide(databases.ledger, decisionOf(decided, { actor, decision: 'decline', reason }), {
      isMet: () => false,
      also: (trx) => endWaiting(trx, run, { state: 'declined', message, at: clock.now() }),
    });
    const approval = verdict?.approval ?? decided.approval;
    if (verdict?.kind !== 'declined' && !hasDecided(decided, approval, 'declined'))
      throw new UserError(overWords(context, approval));
    await service.tellEnd(run.id);
    return { approval, asked: askedWords(service, run), askedBy: run.actorName, reason };
  },

  trace: ({ approval, reason }) => ({ subjects: [], after: { run: approval.runId, decision: 'declined', reason } }),

  report: ({ asked, askedBy }): Report => ({
    tone: 'done',
    title: `You declined “${asked}”. Nothing was changed, and ${askedBy} hears why.`,
  }),

  json: ({ approval: { runId: run, state }, reason }) => ({ run, state, reason }),
});
