import type { Ports } from '../../ports.ts';

/**
 * Has the gateway forget what it knew of access, once another database is live. To be done before the ledger takes that it is:
 * whoever looks after a kill does it again. True where the gateway may still answer from before.
 */
export async function forgetCached({ cache, log }: Pick<Ports, 'cache' | 'log'>, runId: string): Promise<boolean> {
  if (!cache) return false;
  try {
    await cache.forgetAll();
    return false;
  } catch (error) {
    log.warn({ err: error, runId }, 'the gateway could not be told to forget what it knew of access');
    return true;
  }
}
