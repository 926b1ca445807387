import type { Knex } from 'knex';
import { type OpenMaintenance, recurringNow } from '../../domain/health-windows.ts';
import { MaintenanceWindow } from '../../models/maintenance-window.ts';
import type { Ports } from '../../ports.ts';

/** The maintenance windows that hold now: those that somebody announced, and those of capops.yml. */
export async function openMaintenance({
  databases: { ledger },
  settings: { health, timeZone },
  clock,
}: Pick<Ports, 'databases' | 'settings' | 'clock'>): Promise<OpenMaintenance[]> {
  const recurring = recurringNow(health?.maintenance ?? [], { now: clock.now(), timeZone });
  return [...(await announcedMaintenance(ledger)), ...recurring];
}

/** Those that somebody announced and that hold now. */
export async function announcedMaintenance(ledger: Knex): Promise<OpenMaintenance[]> {
  return (await MaintenanceWindow.open(ledger)).map((window) => window.plain());
}
