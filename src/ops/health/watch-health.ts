import type { HealthFinding } from '../../domain/health.ts';
import { HealthRound } from '../../models/health-round.ts';
import type { Ports } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import { ledgerBook, readMemory, settleMemory, writeRound } from './ledger-rounds.ts';
import { lookAtHealth } from './look-at-health.ts';
import { announcedMaintenance } from './open-maintenance.ts';
import { pageForHealth } from './page-for-health.ts';
import { circumstances, goOnFromMemory, hadLast, memoryBook, openMind } from './rounds-from-memory.ts';
import { type IncidentBook, tellIncidents } from './tell-incidents.ts';

/** Without the ledger, nobody says whose minute it is. */
const LOOK_EVERY_MS = 55_000;
/** Without the ledger, whoever had the last round tells; should that one be gone, too, the others do so after this. */
const STAND_IN_MS = 5 * 60_000;

/** Who watches health, and tells of it. */
export interface HealthWatch {
  readonly ports: Ports;
  readonly announcer: Announcer;
  /** Who hears of it where capops.yml names no channel for it; undefined: nobody. */
  readonly channel: string | undefined;
  readonly look?: (ports: Ports) => Promise<HealthFinding[]>;
  /** Milliseconds of a clock that never jumps. */
  readonly steadyMs?: () => number;
}

/**
 * To be called about twice a minute, by every replica: whoever is first in a minute of the ledger's clock looks at everything,
 * writes what it found and tells what changed. Resolves with that minute, for that one. While the ledger is down what changes
 * is told from memory, and settled with the ledger when it is back.
 */
export function watchHealth(watch: HealthWatch): () => Promise<Date | undefined> {
  const { ports, announcer, look = lookBriefly, steadyMs = () => performance.now() } = watch;
  const { databases, settings, clock, log, pager } = ports;
  const { ledger } = databases;
  const channel = settings.health?.channel ?? watch.channel;
  const mind = openMind();

  const hereAt = (at: Date) =>
    circumstances(settings, { at, isHeard: channel !== undefined, announced: mind.announced });
  const tell = async (book: IncidentBook, at: Date) => {
    if (channel !== undefined) await tellIncidents(book, { announcer, channel }, hereAt(at));
  };

  const claim = async () => {
    mind.announced = await announcedMaintenance(ledger);
    await settleMemory(ledger, mind, clock.now());
    const minute = await HealthRound.claim(ledger);
    if (minute) {
      mind.ownMinute = minute;
      mind.memory = { ...mind.memory, claimed: minute };
    }
    mind.lostAtMs = undefined;
    return minute;
  };
  const write = async (minute: Date) => {
    mind.lookedAtMs = steadyMs();
    const findings = await look(ports);
    const work = () => writeRound(ledger, findings, hereAt(minute));
    return orWithout(work, () => fromMemory(findings));
  };
  const orWithout = async <T>(work: () => Promise<T>, otherwise: () => Promise<void>) => {
    try {
      return { came: await work() };
    } catch (error) {
      log.warn({ err: error }, 'the ledger does not take what is found of health; it goes on from memory');
      await otherwise();
      return undefined;
    }
  };

  const lookFromMemory = async () => {
    const now = steadyMs();
    if (mind.lookedAtMs !== undefined && now - mind.lookedAtMs < LOOK_EVERY_MS) return;
    mind.lookedAtMs = now;
    await fromMemory(await look(ports));
  };
  const fromMemory = async (findings: readonly HealthFinding[]) => {
    const [at, now] = [clock.now(), steadyMs()];
    mind.lostAtMs ??= now;
    goOnFromMemory(mind, findings, hereAt(at));
    pageForHealth(pager, mind.memory, hereAt(at).windows);
    if (hadLast(mind) || now - mind.lostAtMs >= STAND_IN_MS) await tell(memoryBook(mind), at);
  };

  return async () => {
    const claimed = await orWithout(claim, lookFromMemory);
    if (!claimed) return undefined;
    const minute = claimed.came;
    if (minute && !(await write(minute))) return undefined;
    mind.memory = await readMemory(ledger);
    const at = minute ?? mind.memory.minute;
    if (at) pageForHealth(pager, mind.memory, hereAt(at).windows);
    if (!minute) return undefined;
    await alone(ports, () => tell(ledgerBook(ledger), minute)).finally(async () => {
      mind.memory = await readMemory(ledger);
    });
    return minute;
  };
}

function lookBriefly(ports: Ports): Promise<HealthFinding[]> {
  return lookAtHealth(ports, { isVerbose: false });
}

/** Whoever tells already tells this, too. */
async function alone(ports: Ports, work: () => Promise<void>): Promise<void> {
  const claim = { resource: 'the news of health', runId: undefined, holder: 'CapOps', work: 'telling them' };
  try {
    await withLease(ports, claim, work);
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
  }
}
