import { canBeMet, personOf, ruleFor } from '../../domain/approval-rule.ts';
import { showTime } from '../../domain/end-date.ts';
import { UserError } from '../../errors.ts';
import { Approval } from '../../models/approval.ts';
import type { Actor, Policy, Ports } from '../../ports.ts';
import type { Look } from '../service/look-first.ts';
import type { Waiting } from '../service/recorder.ts';
import type { Report } from '../service/report.ts';
import type { RunDraft } from '../service/run-rows.ts';
import { membersOf, stillNeeded } from './approvers.ts';

/** What lets a run wait for a second person, in the transaction that stores it, and what whoever asked is told. */
export interface ApprovalRequested {
  readonly also: Waiting['also'];
  readonly report: Report;
}

/** Throws UserError where nobody could ever approve it. */
export async function openApproval(ports: Ports, run: RunDraft, { hash }: Look): Promise<ApprovalRequested> {
  const { policy, timeZone } = ports.settings;
  const { operation, actor } = run.request;
  const rule = ruleFor(operation, policy);
  if (!rule) throw new Error(`${operation.name} waits for nobody`);
  const askedBy = askerOf(actor, policy);
  if (askedBy.startsWith('cli:')) throw new UserError(unmapped(operation.verb, actor.onBehalfOf ?? actor));
  const members = await membersOf(ports, rule);
  if (!canBeMet({ rule, askedBy, members })) throw new UserError(nobody(operation.verb));
  const needed = await stillNeeded(ports, { rule, askedBy, approvers: [], members });
  const expiresAt = showTime(new Date(ports.clock.now().getTime() + rule.waitMs), timeZone);
  return {
    also: async (trx) => {
      await Approval.open(trx, {
        runId: run.id,
        hash,
        askedBy,
        waitMs: rule.waitMs,
        nudgeAfterMs: rule.nudge?.afterMs,
      });
    },
    report: {
      tone: 'info',
      title: `This waits for a second person: ${needed}. Nothing was changed yet.`,
      parts: [{ kind: 'note', text: `Run ${run.id.slice(0, 8)}. If nobody approves it, it expires at ${expiresAt}.` }],
      offers: [{ label: 'Cancel', operation: 'cancel-run', input: { run: run.id } }],
    },
  };
}

/** The person who asked, whatever the face: who approves must be another one. */
function askerOf(actor: Actor, policy: Policy | undefined): string {
  const person = actor.onBehalfOf ?? actor;
  return personOf(person, policy) ?? person.id;
}

/** Nobody could tell whether the second person is another one. */
function unmapped(verb: string, { osUser }: Actor): string {
  return `“${verb}” needs a second person, and capops.yml does not say who ${osUser} is in Slack, so the second could be the same. Nothing was changed. Ask in Slack, have an admin of CapOps add your Slack id under terminal.users, or go on here with --force --reason.`;
}

function nobody(verb: string): string {
  return `“${verb}” needs a second person, and capops.yml names too few besides you who could approve it. Nothing was changed. Ask an admin of CapOps to name more under approvals, or go on in the terminal with --force --reason.`;
}
