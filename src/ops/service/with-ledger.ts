import { UnavailableError } from '../../errors.ts';

export const LEDGER = 'CapOps’ own record (the ledger)';
export const LEDGER_CONSEQUENCE = 'Changes are refused until it does; nothing was changed. Reading still works.';

/** What a change needs of the ledger before it begins. Throws UnavailableError without it. */
export async function withLedger<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UnavailableError(LEDGER, LEDGER_CONSEQUENCE, error);
  }
}
