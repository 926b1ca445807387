import { mayApprove, personOf } from '../../domain/approval-rule.ts';
import type { Offer } from '../../errors.ts';
import { Approval } from '../../models/approval.ts';
import type { Actor, Ports } from '../../ports.ts';
import type { OpsService } from '../service/service.ts';
import { withLedger } from '../service/with-ledger.ts';
import { askedWords, ruleOf } from './approval-case.ts';
import { membersOf, stillNeeded } from './approvers.ts';

/** A request that waits for a second person, as whoever looks sees it. */
export interface OpenRequest {
  readonly run: string;
  readonly askedBy: string;
  readonly asked: string;
  /** What the preview says in one sentence. */
  readonly preview: string | undefined;
  readonly approvedBy: readonly string[];
  readonly needed: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  /** What whoever looks may do about it. */
  readonly may: 'decide' | 'cancel' | undefined;
}

/** Who looks, and at what. */
interface Looking extends Ports {
  readonly actor: Actor;
  readonly service: OpsService;
}

/** All that can still be decided, the oldest first. Throws UnavailableError without the ledger. */
export async function openRequests(looking: Looking): Promise<readonly OpenRequest[]> {
  const open = await withLedger(() => Approval.listOpen(looking.databases.ledger));
  return Promise.all(open.map((approval) => described(looking, approval)));
}

async function described(looking: Looking, approval: Approval): Promise<OpenRequest> {
  const { settings, service, actor } = looking;
  const { run, decisions = [], askedBy, requestedAt, expiresAt } = approval;
  if (!run) throw new Error(`the run ${approval.runId} is not there`);
  const rule = ruleOf(run, settings.policy);
  const members = rule ? await membersOf(looking, rule) : new Map();
  const approvers = decisions.filter(({ decision }) => decision === 'approve');
  const people = approvers.map(({ person }) => person);
  const person = personOf(actor, settings.policy);
  const isOwn = [person, actor.id].includes(askedBy);
  const mayDecide = person !== undefined && rule !== undefined && mayApprove(person, rule, members);
  return {
    run: run.id,
    askedBy: run.actorName,
    asked: askedWords(service, run),
    preview: (run.result as { title?: string } | null)?.title,
    approvedBy: approvers.map(({ name }) => name),
    needed: rule ? await stillNeeded(looking, { rule, askedBy, approvers: people, members }) : '',
    requestedAt,
    expiresAt,
    may: isOwn ? 'cancel' : mayDecide && !people.includes(person) ? 'decide' : undefined,
  };
}

/** What whoever looks may do about a request. */
export function requestOffers({ run, asked, askedBy, may }: OpenRequest): Offer[] {
  const short = run.slice(0, 8);
  const input = { run };
  if (may === 'cancel') return [{ label: `Cancel ${short}`, operation: 'cancel-run', input }];
  if (may !== 'decide') return [];
  return [
    {
      label: `Approve ${short}`,
      operation: 'approve',
      input,
      confirm: `Approve “${asked}”, which ${askedBy} asks for?`,
    },
    { label: `Deny ${short}`, operation: 'deny', input, form: true },
  ];
}
