import { Drill } from '../../models/drill.ts';
import type { Ports } from '../../ports.ts';
import { dropDrill } from './drill-databases.ts';
import { openRestoreDesk } from './restore-desk.ts';

/** Removes the databases of drills that were cut off. Any replica may, at any time. */
export async function tendDrills(ports: Ports): Promise<void> {
  const { ledger } = ports.databases;
  const left = await Drill.leftOver(ledger);
  if (left.length === 0) return;
  const desk = await openRestoreDesk(ports);
  for (const { runId, databases } of left) {
    await dropDrill(desk, databases);
    await Drill.ended(ledger, runId, ports.clock.now());
  }
}
