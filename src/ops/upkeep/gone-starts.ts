import { Start } from '../../models/start.ts';
import type { Ports } from '../../ports.ts';

/** A bot says every 30 s that it is there; one that was silent for so long is gone. */
const SILENT_MS = 2 * 60_000;

/** Ids of starts that are gone and left runs behind. What died on this machine is noticed at once. */
export async function goneStarts({ databases: { ledger }, clock, processes, startId }: Ports): Promise<string[]> {
  const now = clock.now();
  if (processes?.machine !== undefined) {
    for (const { id, pid } of await Start.onMachine(ledger, processes.machine)) {
      if (id === startId) continue;
      // Two starts cannot have one process id: where another start has ours, it had it before us.
      if (pid === processes.pid || !processes.isAlive(pid)) await Start.ended(ledger, id, now);
    }
  }
  return Start.gone(ledger, new Date(now.getTime() - SILENT_MS));
}
