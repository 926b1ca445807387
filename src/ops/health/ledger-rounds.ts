import type { Knex } from 'knex';
import type { HealthFinding, Service } from '../../domain/health.ts';
import type { Incident } from '../../domain/health-incident.ts';
import { type Circumstances, goOn, type Known } from '../../domain/health-round.ts';
import { isCovered } from '../../domain/health-windows.ts';
import { NOTES } from '../../domain/health-words.ts';
import { HealthCheck } from '../../models/health-check.ts';
import { HealthIncident } from '../../models/health-incident.ts';
import { HealthRound } from '../../models/health-round.ts';
import type { IncidentBook } from './tell-incidents.ts';

// Rounds as the ledger has them.

/** What a process knows of the rounds; while the ledger is down it goes on from here. */
export interface Memory extends Known {
  /** Of the round that it knows. */
  readonly version: number;
  /** The minute that somebody has begun to look at. */
  readonly claimed: Date | undefined;
  readonly minute: Date | undefined;
  readonly findings: readonly HealthFinding[];
}

export async function readMemory(ledger: Knex): Promise<Memory> {
  const [round, open] = await Promise.all([HealthRound.current(ledger), HealthIncident.open(ledger)]);
  const { version, watched, findings, claimed, minute } = round;
  return { version, watched, open, findings, claimed: claimed ?? undefined, minute: minute ?? undefined };
}

/** Writes a round: the looks, what they made of the services, and the incidents. All of it or nothing. */
export async function writeRound(ledger: Knex, findings: readonly HealthFinding[], here: Circumstances): Promise<void> {
  await ledger.transaction(async (trx) => {
    const round = await HealthRound.hold(trx);
    const found = findings.map((finding) => ({ finding, inMaintenance: isCovered(here.windows, finding.service) }));
    await HealthCheck.note(trx, here.at, found);
    // Others have gone on meanwhile: it is history, and decides nothing.
    if (round.claimed?.getTime() !== here.at.getTime()) return;
    const open = await HealthIncident.open(trx);
    const { watched, incidents } = goOn({ watched: round.watched, open }, findings, here);
    for (const incident of incidents) await HealthIncident.keep(trx, incident);
    await HealthRound.write(trx, { minute: here.at, watched, findings });
  });
}

/** Writes what became of incidents while this process could not reach the ledger; `changed` is empty then. */
export async function settleMemory(
  ledger: Knex,
  { memory, changed }: { memory: Memory; changed: Map<string, Incident> },
  at: Date,
): Promise<void> {
  if (changed.size === 0) return;
  await ledger.transaction(async (trx) => {
    const { version } = await HealthRound.hold(trx);
    if (version === memory.version) {
      for (const incident of changed.values()) await HealthIncident.settle(trx, incident);
      await HealthRound.write(trx, { watched: memory.watched });
      return;
    }
    const open = await HealthIncident.open(trx);
    for (const incident of changed.values()) await join(trx, { incident, open, at });
  });
  changed.clear();
}

/** Others have reached the ledger, and theirs counts. What was posted meanwhile is not left standing. */
async function join(
  trx: Knex,
  { incident, open, at }: { incident: Incident; open: ReadonlyMap<Service, Incident>; at: Date },
): Promise<void> {
  const { posted, shown, notes, notesTold } = incident;
  const theirs = open.get(incident.service);
  if (!posted || theirs?.id === incident.id) return;
  if (theirs && !theirs.posted) {
    await HealthIncident.wasTold(trx, theirs.id, { posted, shown, notesTold: theirs.notes.length });
    return;
  }
  const isOver = theirs !== undefined || incident.ended !== undefined;
  await HealthIncident.settle(trx, {
    ...incident,
    notes: theirs ? [...notes, NOTES.elsewhere(incident)] : notes,
    notesTold,
    ended: incident.ended ?? (isOver ? at : undefined),
  });
}

/** What is told of incidents, as the ledger has it. */
export function ledgerBook(ledger: Knex): IncidentBook {
  return {
    untold: () => HealthIncident.untold(ledger),
    told: (id, told) => HealthIncident.wasTold(ledger, id, told),
  };
}
