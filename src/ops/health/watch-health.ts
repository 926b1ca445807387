import type { HealthFinding } from '../../domain/health.ts';
import type { Circumstances } from '../../domain/health-round.ts';
import { HealthRound } from '../../models/health-round.ts';
import type { Ports } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import { ledgerBook, readMemory, settleMemory, writeRound } from './ledger-rounds.ts';
import { lookAtHealth } from './look-at-health.ts';
import { announcedMaintenance } from './open-maintenance.ts';
import { pageForHealth } from './page-for-health.ts';
import { circumstances, goOnFromMemory, hadLast, type Mind, memoryBook, openMind } from './rounds-from-memory.ts';
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

/** One replica’s watch, with what it has in mind. */
interface Watcher {
  readonly ports: Ports;
  readonly mind: Mind;
  readonly look: (ports: Ports) => Promise<HealthFinding[]>;
  readonly steadyMs: () => number;
  readonly hereAt: (at: Date) => Circumstances;
  readonly tell: (book: IncidentBook, at: Date) => Promise<void>;
}

/**
 * To be called about twice a minute, by every replica: whoever is first in a minute of the ledger's clock looks at everything,
 * writes what it found and tells what changed. Resolves with that minute, for that one. While the ledger is down what changes
 * is told from memory, and settled with the ledger when it is back.
 */
export function watchHealth(watch: HealthWatch): () => Promise<Date | undefined> {
  const watcher = openWatcher(watch);
  return () => takeRound(watcher);
}

function openWatcher({
  ports,
  announcer,
  look = lookBriefly,
  steadyMs = () => performance.now(),
  ...to
}: HealthWatch): Watcher {
  const channel = ports.settings.health?.channel ?? to.channel;
  const mind = openMind();
  const hereAt = (at: Date) =>
    circumstances(ports.settings, { at, isHeard: channel !== undefined, announced: mind.announced });
  const tell = async (book: IncidentBook, at: Date) => {
    if (channel !== undefined) await tellIncidents(book, { announcer, channel }, hereAt(at));
  };
  return { ports, mind, look, steadyMs, hereAt, tell };
}

async function takeRound(watcher: Watcher): Promise<Date | undefined> {
  const { ports, mind, hereAt, tell } = watcher;
  const { ledger } = ports.databases;
  const claimed = await orWithout(
    watcher,
    () => claim(watcher),
    () => lookFromMemory(watcher),
  );
  if (!claimed) return undefined;
  const minute = claimed.came;
  if (minute && !(await lookAndWrite(watcher, minute))) return undefined;
  mind.memory = await readMemory(ledger);
  const at = minute ?? mind.memory.minute;
  if (at) pageForHealth(ports.pager, mind.memory, hereAt(at).windows);
  if (!minute) return undefined;
  await alone(ports, () => tell(ledgerBook(ledger), minute)).finally(async () => {
    mind.memory = await readMemory(ledger);
  });
  return minute;
}

/** Does what needs the ledger, or else what does not. Undefined: the ledger did not take it. */
async function orWithout<T>(
  { ports }: Watcher,
  work: () => Promise<T>,
  otherwise: () => Promise<void>,
): Promise<{ readonly came: T } | undefined> {
  try {
    return { came: await work() };
  } catch (error) {
    ports.log.warn({ err: error }, 'the ledger does not take what is found of health; it goes on from memory');
    await otherwise();
    return undefined;
  }
}

async function claim({ ports: { databases, clock }, mind }: Watcher): Promise<Date | undefined> {
  const { ledger } = databases;
  mind.announced = await announcedMaintenance(ledger);
  await settleMemory(ledger, mind, clock.now());
  const minute = await HealthRound.claim(ledger);
  if (minute) {
    mind.ownMinute = minute;
    mind.memory = { ...mind.memory, claimed: minute };
  }
  mind.lostAtMs = undefined;
  return minute;
}

async function lookAndWrite(watcher: Watcher, minute: Date) {
  const { ports, mind, look, steadyMs, hereAt } = watcher;
  mind.lookedAtMs = steadyMs();
  const findings = await look(ports);
  const write = () => writeRound(ports.databases.ledger, findings, hereAt(minute));
  return orWithout(watcher, write, () => goOn(watcher, findings));
}

async function lookFromMemory(watcher: Watcher): Promise<void> {
  const { ports, mind, look, steadyMs } = watcher;
  const now = steadyMs();
  if (mind.lookedAtMs !== undefined && now - mind.lookedAtMs < LOOK_EVERY_MS) return;
  mind.lookedAtMs = now;
  await goOn(watcher, await look(ports));
}

/** A round without the ledger. */
async function goOn(watcher: Watcher, findings: readonly HealthFinding[]): Promise<void> {
  const { ports, mind, steadyMs, hereAt, tell } = watcher;
  const [at, now] = [ports.clock.now(), steadyMs()];
  mind.lostAtMs ??= now;
  goOnFromMemory(mind, findings, hereAt(at));
  pageForHealth(ports.pager, mind.memory, hereAt(at).windows);
  if (hadLast(mind) || now - mind.lostAtMs >= STAND_IN_MS) await tell(memoryBook(mind), at);
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
