import { randomUUID } from 'node:crypto';
import type { HealthFinding, Service } from '../../domain/health.ts';
import type { Incident } from '../../domain/health-incident.ts';
import { type Circumstances, goOn } from '../../domain/health-round.ts';
import { isQuiet, type OpenMaintenance, recurringNow } from '../../domain/health-windows.ts';
import type { Settings } from '../../ports.ts';
import type { Memory } from './ledger-rounds.ts';
import type { IncidentBook } from './tell-incidents.ts';

// Rounds while the ledger is down.

/** What a process has in mind of the rounds. */
export interface Mind {
  memory: Memory;
  /** Incidents that the ledger has otherwise, or not at all, by id. */
  readonly changed: Map<string, Incident>;
  /** Windows that somebody announced, as last read. */
  announced: readonly OpenMaintenance[];
  /** The last minute that this process had. */
  ownMinute: Date | undefined;
  /** By a clock that never jumps. */
  lookedAtMs: number | undefined;
  /** Since when the ledger is down; undefined: it is not. */
  lostAtMs: number | undefined;
}

export function openMind(): Mind {
  const memory = { version: -1, claimed: undefined, minute: undefined, watched: {}, open: new Map(), findings: [] };
  return {
    memory,
    changed: new Map(),
    announced: [],
    ownMinute: undefined,
    lookedAtMs: undefined,
    lostAtMs: undefined,
  };
}

/** Whether the last round that the ledger knows of was this process's. */
export function hadLast({ memory: { claimed }, ownMinute }: Mind): boolean {
  return ownMinute !== undefined && claimed?.getTime() === ownMinute.getTime();
}

/** What holds at a moment. */
export function circumstances(
  { health, timeZone }: Settings,
  { at, isHeard, announced }: { at: Date; isHeard: boolean; announced: readonly OpenMaintenance[] },
): Circumstances {
  const moment = { now: at, timeZone };
  const recurring = recurringNow(health?.maintenance ?? [], moment);
  return {
    ...{ at, timeZone, isHeard },
    isQuiet: isQuiet(health?.quietHours, moment),
    windows: [...announced.filter(({ ends }) => ends > at), ...recurring],
    newId: randomUUID,
  };
}

/** A round that nothing is written of. */
export function goOnFromMemory(mind: Mind, findings: readonly HealthFinding[], here: Circumstances): void {
  const { watched, incidents } = goOn(mind.memory, findings, here);
  mind.memory = { ...mind.memory, watched, findings };
  for (const incident of incidents) remember(mind, incident);
}

function remember(mind: Mind, incident: Incident): void {
  const open = new Map<Service, Incident>(mind.memory.open);
  if (incident.ended) open.delete(incident.service);
  else open.set(incident.service, incident);
  mind.memory = { ...mind.memory, open };
  mind.changed.set(incident.id, incident);
}

/** What is told of incidents, as this process has it in mind. */
export function memoryBook(mind: Mind): IncidentBook {
  const known = () =>
    new Map([...[...mind.memory.open.values()].map((one) => [one.id, one] as const), ...mind.changed]);
  return {
    untold: async () => [...known().values()].filter(({ closedAt }) => closedAt === undefined),
    told: async (id, told) => {
      const incident = known().get(id);
      if (incident) remember(mind, { ...incident, ...told });
    },
  };
}
