import type { RunState } from '../../models/run.ts';
import type { StoredReceipt } from './inbox.ts';
import type { Request } from './service.ts';

/** The receipt of a request that the ledger took before; undefined: it did not. */
export function storedReceipt({ receipt }: Pick<Request, 'receipt'>): StoredReceipt | undefined {
  return receipt?.kind === 'stored' ? receipt : undefined;
}

/** Whether the request is a stored run that stands in one of these states. */
export function standsIn(request: Pick<Request, 'receipt'>, states: readonly RunState[]): boolean {
  const receipt = storedReceipt(request);
  return receipt !== undefined && states.includes(receipt.state);
}
