import { type Members, mayApprove, missingFrom, personOf, ruleFor } from '../../domain/approval-rule.ts';
import { showTime } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import { DeniedError, UserError } from '../../errors.ts';
import { Approval } from '../../models/approval.ts';
import type { ApprovalDecision } from '../../models/approval-decision.ts';
import type { Decision } from '../../models/decide-approval.ts';
import type { Run } from '../../models/run.ts';
import type { Actor, ApprovalRule, Policy, Ports } from '../../ports.ts';
import { findRun } from '../run-found.ts';
import { standingNow } from '../service/authorise.ts';
import type { Context } from '../service/operation.ts';
import type { OpsService } from '../service/service.ts';
import { writeWords } from '../service/words.ts';
import { membersOf } from './approvers.ts';

/** A run that waits for a second person, and a person who may decide about it now. */
export interface Case {
  readonly run: Run;
  readonly approval: Approval;
  readonly rule: ApprovalRule;
  readonly members: Members;
  readonly person: string;
}

/** The rule by which a run is approved, as capops.yml says now. */
export function ruleOf({ operation }: Run, policy: Policy | undefined): ApprovalRule | undefined {
  return ruleFor({ name: operation, secondPerson: true }, policy);
}

/**
 * Throws UserError where this run waits for nobody, and DeniedError where this is not for whoever asks to decide: the
 * policy, and the groups that it names, are asked now.
 */
export async function openCase(context: Context, asked: string): Promise<Case> {
  const { databases, settings, actor } = context;
  const run = await findRun(databases.ledger, asked);
  const approval = await Approval.of(databases.ledger, run.id);
  const rule = ruleOf(run, settings.policy);
  if (!approval || !rule) {
    const message = `Run ${run.id.slice(0, 8)} waits for nobody’s approval. “approvals” lists what does.`;
    throw new UserError({ argument: 'run', message });
  }
  const person = personOf(actor, settings.policy);
  if ([person, actor.id].includes(approval.askedBy)) throw own(run);
  if (person === undefined) throw unmapped(actor);
  const members = await membersOf(context, rule);
  if (!mayApprove(person, rule, members)) throw unnamed(context, run);
  return { run, approval, rule, members, person };
}

/** Whether these people are enough: those who have lost their role meanwhile no longer count. */
export async function isMetBy(ports: Ports, { approval, rule, members, person }: Case) {
  const earlier = (approval.decisions ?? []).filter((one) => one.decision === 'approve' && one.person !== person);
  const counting = await Promise.all(earlier.map(async (one) => [one.person, await stillCounts(ports, one)] as const));
  const lost = new Set(counting.filter(([, counts]) => !counts).map(([one]) => one));
  const stillThere = (approvers: readonly string[]) => approvers.filter((one) => !lost.has(one));
  const missing = (approvers: readonly string[]) =>
    missingFrom({ rule, askedBy: approval.askedBy, approvers: stillThere(approvers), members });
  return { isMet: (approvers: readonly string[]) => missing(approvers).length === 0, stillThere };
}

/** A decision as the ledger keeps it. */
export function decisionOf(
  { run, person }: Case,
  { actor, decision, reason }: { actor: Actor; decision: Decision['decision']; reason?: string },
): Decision {
  return { runId: run.id, person, decision, actorId: actor.id, name: actor.name, face: actor.face, reason };
}

/** Whether it ended so by this person too: asked again, they hear what came of it. */
export function hasDecided({ person }: Case, approval: Approval, state: 'approved' | 'declined'): boolean {
  return approval.state === state && approval.decisions?.some((one) => one.person === person) === true;
}

/** What a run asks for, as somebody would type it. */
export function askedWords(service: OpsService, { operation, input }: Run): string {
  const found = service.find(operation);
  return found ? writeWords(found, input as Readonly<Record<string, unknown>>) : operation;
}

/** How a request ended before this decision came, in a sentence. */
export function overWords({ settings: { timeZone } }: Pick<Ports, 'settings'>, approval: Approval): string {
  const at = approval.decidedAt ? ` at ${showTime(approval.decidedAt, timeZone)}` : '';
  const by = (decision: ApprovalDecision['decision']) => {
    const names = approval.decisions?.filter((one) => one.decision === decision).map(({ name }) => name) ?? [];
    return names.length > 0 ? ` by ${listWords(names)}` : '';
  };
  const reason = approval.decisions?.find((one) => one.decision === 'decline')?.reason;
  switch (approval.state) {
    case 'approved':
      return `This was approved${by('approve')}${at} already.`;
    case 'declined':
      return `This was declined${by('decline')}${at} already${reason ? `, because ${reason}` : ''}.`;
    case 'expired':
      return `This expired${at}, before enough people had approved it. It has to be asked for again.`;
    case 'alone':
      return `Nobody had answered${at}, so this went on without a second person.`;
    case 'withdrawn':
      return `Whoever asked for this took it back${at}.`;
    default:
      return `This can no longer be approved: nothing of it was done, and it has to be asked for again.`;
  }
}

/** Whether an earlier approver has kept their role, on the face on which they approved. */
async function stillCounts(ports: Ports, decision: ApprovalDecision): Promise<boolean> {
  const { policy } = ports.settings;
  const { actorId: id, name, person } = decision;
  if (!policy) return false;
  if (decision.face !== 'slack') {
    const actor: Actor = { id, name, face: 'terminal', osUser: id.slice('cli:'.length, id.lastIndexOf('@')) };
    return personOf(actor, policy) === person && (await standingNow(ports, actor)).role !== undefined;
  }
  // The workspace was looked at when they decided, and is not known in the terminal.
  const teamId = policy.teamId ?? 'T';
  const settings = { ...ports.settings, policy: { ...policy, teamId } };
  const actor: Actor = { id, name, face: 'slack', slack: { userId: person, teamId } };
  return (await standingNow({ ...ports, settings }, actor)).role !== undefined;
}

function own({ id }: Run): DeniedError {
  const words = `You asked for this yourself, so somebody else has to decide. “cancel ${id.slice(0, 8)}” takes it back.`;
  return new DeniedError('approval.own', words);
}

function unmapped({ osUser, face }: Actor): DeniedError {
  const who = face === 'terminal' ? `the user ${osUser}, whom capops.yml maps to nobody in Slack` : 'nobody in person';
  const words = `A second person decides as a person, and you are ${who}. Decide in Slack, or have an admin of CapOps add your Slack id under terminal.users.`;
  return new DeniedError('approval.no-person', words);
}

function unnamed({ directory }: Ports, { operation }: Run): DeniedError {
  const groups = directory ? '' : ' Members of user groups decide in Slack, since only Slack knows who is in a group.';
  const words = `capops.yml does not name you among those who may approve ${operation}. “approvals” says who is still needed.${groups}`;
  return new DeniedError('approval.not-named', words);
}
