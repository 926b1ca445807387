import type { Rights } from '../domain/restore-rights.ts';
import { UserError } from '../errors.ts';
import type { ForeignRole } from './foreign-role.ts';

/**
 * Gives what came of a dump to its owner. Rejects where that is a superuser and there is code: the dump was searched for it
 * before, and here PostgreSQL is asked what there is.
 */
export async function handOver(role: ForeignRole, { owner, target }: Rights): Promise<void> {
  const heir = owner ?? target.owner;
  const isSuperuser = target.roles.some((known) => known.name === heir && known.isSuperuser);
  const [routine] = isSuperuser ? await role.routines() : [];
  if (routine !== undefined) {
    throw new UserError(
      `It brought code (${routine}), which would belong to the superuser ${heir} and could do all that it may. Name another owner for what is restored.`,
    );
  }
  await role.handOver(heir);
}
