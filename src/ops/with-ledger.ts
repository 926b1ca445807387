import { UnavailableError } from '../errors.ts';

/** What a change needs of the ledger before it begins. Throws UnavailableError without it. */
export async function withLedger<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const consequence = 'Changes are refused until it does; nothing was changed. Reading still works.';
    throw new UnavailableError('CapOps’ own record (the ledger)', consequence, error);
  }
}
