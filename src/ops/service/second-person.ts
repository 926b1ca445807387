import { ruleFor } from '../../domain/approval-rule.ts';
import type { RunState } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import type { Operation } from './operation.ts';
import type { Request } from './service.ts';
import { standsIn } from './stored-receipt.ts';

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

/** What stands on record, and is posted, of a run that went on without a second person. */
export function forcedWords(ports: Ports, { operation, actor, force }: Request): string | undefined {
  if (force === undefined || actor.face !== 'terminal' || !needsSecondPerson(ports, operation)) return undefined;
  return `forced without a second person, because ${force.reason.replace(/^because\s+/i, '')}`;
}
