import { ruleFor } from '../../domain/approval-rule.ts';
import type { RunState } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import type { Operation, Unapproved } from './operation.ts';
import type { Request } from './service.ts';
import { standsIn } from './stored-receipt.ts';
import type { Underway } from './unsuccessful.ts';

/** States in which a second person has agreed, where one was needed. */
const AGREED: readonly RunState[] = ['awaiting', 'queued', 'running'];

/** Whether somebody else has to agree before this runs. Whoever sits at the terminal may force it, with a reason. */
export function asksSecondPerson(ports: Ports, request: Request): boolean {
  const { operation, actor, force } = request;
  if (!needsSecondPerson(ports, operation)) return false;
  if (force !== undefined && actor.face === 'terminal') return false;
  return !standsIn(request, AGREED);
}

/** Whether it goes on because a second person agreed. */
export function wasApproved(ports: Pick<Ports, 'settings'>, request: Request): boolean {
  return standsIn(request, AGREED) && needsSecondPerson(ports, request.operation);
}

/** Whether the operation or capops.yml says so. */
export function needsSecondPerson({ settings: { policy } }: Pick<Ports, 'settings'>, operation: Operation): boolean {
  return operation.effect === 'changes' && ruleFor(operation, policy) !== undefined;
}

/** What stands on record, and is posted, of a run that goes on without a second person. Undefined: it had one, or needs none. */
export function unapprovedOf(ports: Ports, { request, unapproved }: Underway): Unapproved | undefined {
  const { operation, actor, force } = request;
  if (force === undefined || actor.face !== 'terminal' || !needsSecondPerson(ports, operation)) {
    return unapproved ?? request.unapproved;
  }
  const words = `forced without a second person, because ${force.reason.replace(/^because\s+/i, '')}`;
  return { rule: 'forced', words };
}

/** Why an emergency operation goes on alone. */
export const UNANSWERED = alone('nobody answered in time');
/** Whoever asked cannot see the ledger any more: others may have decided there. */
export const ANSWER_UNSEEN = alone(
  'nobody had answered when the ledger was last seen; whether somebody has declined since is not known',
);
export const LEDGER_DOWN = alone('the ledger does not answer, so nobody could be asked');
export const NOBODY_TO_ASK = alone('capops.yml names nobody else who could have approved it');
export const PERSON_UNKNOWN = alone('capops.yml does not say who asked is in Slack, so nobody could be asked');

function alone(because: string): Unapproved {
  return { rule: 'alone', words: `without a second person, because ${because}` };
}
