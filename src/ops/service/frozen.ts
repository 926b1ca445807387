import { showTime } from '../../domain/end-date.ts';
import { DeniedError, UnavailableError } from '../../errors.ts';
import { Freeze } from '../../models/freeze.ts';
import type { Ports } from '../../ports.ts';
import type { Operation } from './operation.ts';
import { withLedger } from './with-ledger.ts';

/**
 * Throws DeniedError while changes are frozen and the operation is one. False: the ledger does not answer, which stops no
 * emergency operation.
 */
export async function refuseWhileFrozen(ports: Ports, operation: Operation): Promise<boolean> {
  if (operation.effect !== 'changes' || operation.evenWhenFrozen) return true;
  let isLedgerThere = true;
  const words = await withLedger(() => frozenWords(ports)).catch((error: unknown) => {
    // Whether changes are frozen is not known without the ledger; in an emergency that stops nobody.
    if (!operation.emergency || !(error instanceof UnavailableError)) throw error;
    isLedgerThere = false;
    return undefined;
  });
  if (words) throw new DeniedError('frozen', `${words} Nothing was changed. An admin ends it with “thaw”.`);
  return isLedgerThere;
}

/** Who froze changes, since when and why; undefined when they are not frozen. */
export async function frozenWords({
  databases,
  settings: { environment, timeZone },
}: Ports): Promise<string | undefined> {
  const freeze = await Freeze.current(databases.ledger);
  if (!freeze) return undefined;
  return `Changes in ${environment} are frozen since ${showTime(freeze.frozenAt, timeZone)}, by ${freeze.frozenBy}, because ${freeze.reason}.`;
}
