import { standing } from '../../domain/access-change.ts';
import { EMERGENCY_CODE } from '../../domain/emergency.ts';
import { MODULE_KEYS, type ModuleKey } from '../../domain/module-keys.ts';
import { Entitlement } from '../../models/entitlement.ts';
import { Organisation } from '../../models/organisation.ts';
import { inTransaction } from '../../models/transaction.ts';
import { hold } from '../organisation-found.ts';
import type { Context } from '../service/operation.ts';
import { platformNow } from './open-emergency.ts';

/** What the emergency organisation had, and no longer has. */
export interface Closed {
  readonly organisation: Pick<Organisation, 'id' | 'code' | 'name'> | undefined;
  readonly at: Date;
  readonly taken: readonly { readonly moduleKey: ModuleKey; readonly validUntil: Date | null }[];
}

/** Suspends all that is open, as a revoke does, in one transaction with the platform’s own audit. */
export async function closeEmergency(
  { databases: { platform }, actor, runId }: Context,
  reason: string | undefined,
): Promise<Closed> {
  return inTransaction(platform, async (trx) => {
    const at = await platformNow(trx);
    const organisation = await Organisation.byCode(trx, EMERGENCY_CODE);
    if (!organisation) return { organisation, at, taken: [] };
    await hold(trx, organisation);
    const rows = await Entitlement.locked(trx, organisation.id, MODULE_KEYS);
    const open = MODULE_KEYS.flatMap((moduleKey) => {
      const present = rows.get(moduleKey);
      return present && standing(present, at) === 'open' ? [{ moduleKey, present }] : [];
    });
    await Entitlement.write(
      trx,
      open.map(({ moduleKey, present }) => ({
        ...{ kind: 'suspend', moduleKey, present, status: 'suspended', validUntil: present.validUntil },
        organisationId: organisation.id,
      })),
      { actorId: actor.id, at, reason: `${reason ?? 'Emergency access ended'} [run ${runId}]` },
    );
    const taken = open.map(({ moduleKey, present }) => ({ moduleKey, validUntil: present.validUntil }));
    return { organisation, at, taken };
  });
}
