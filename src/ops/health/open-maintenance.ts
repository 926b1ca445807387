import type { Knex } from 'knex';
import { type OpenMaintenance, recurringNow } from '../../domain/health-windows.ts';
import { MaintenanceWindow } from '../../models/maintenance-window.ts';
import type { Ports } from '../../ports.ts';
import { answerWithin } from './within-limit.ts';

/** Whoever looks at health waits no longer for the ledger. */
const LIMIT_MS = 1000;

type Asked = Pick<Ports, 'databases' | 'settings' | 'clock'>;

/** The maintenance windows that hold now: those that somebody announced, and those of capops.yml. */
export async function openMaintenance(ports: Asked): Promise<OpenMaintenance[]> {
  return [...(await announcedMaintenance(ports.databases.ledger)), ...recurring(ports)];
}

/** The same, as far as it is known: without the ledger, or when it takes long, those of capops.yml. */
export async function knownMaintenance(ports: Asked): Promise<OpenMaintenance[]> {
  const announced = answerWithin(LIMIT_MS, undefined, () => announcedMaintenance(ports.databases.ledger));
  return [...(await announced.catch(() => [])), ...recurring(ports)];
}

function recurring({ settings: { health, timeZone }, clock }: Asked): OpenMaintenance[] {
  return recurringNow(health?.maintenance ?? [], { now: clock.now(), timeZone });
}

/** Those that somebody announced and that hold now. */
export async function announcedMaintenance(ledger: Knex): Promise<OpenMaintenance[]> {
  return (await MaintenanceWindow.open(ledger)).map((window) => window.plain());
}
