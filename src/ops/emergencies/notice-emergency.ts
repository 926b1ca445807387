import { createHash } from 'node:crypto';
import { type EmergencyHow, type EmergencyTrace, isLater, type Opening, openingsIn } from '../../domain/emergency.ts';
import { Approval } from '../../models/approval.ts';
import { Emergency } from '../../models/emergency.ts';
import { type EmergencySight, trailOfEmergency } from '../../models/emergency-sight.ts';
import { noteSeen } from '../../models/emergency-watch.ts';
import { OPEN, Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { personBehind } from '../person-behind.ts';
import { signed } from '../service/signed.ts';

interface Noticed {
  readonly sight: EmergencySight;
  /** Up to where somebody has looked before; undefined: nobody ever has. */
  readonly seenUntil: Date | undefined;
}

/**
 * Enters into the ledger what the platform shows: that emergency access was opened by hand, or by a run that could not say so,
 * that it lasts longer or shorter, that it is over. To be called by one at a time; cut off anywhere, the next call goes on.
 */
export async function noticeEmergency(ports: Ports, { sight, seenUntil }: Noticed): Promise<void> {
  const { platform, ledger } = ports.databases;
  const before = await Emergency.open(ledger);
  const trail = await newTrail(platform, { sight, seenUntil });
  for (const opening of openings(sight, openingsIn(trail), before)) {
    if ((await enter(ports, opening, sight)) === 'under way') return;
  }
  const open = await Emergency.open(ledger);
  if (open && !sight.open) {
    await Emergency.end(ledger, { endedAt: endOf(open, sight), endedBy: await endedBy(ports, trail) });
  } else if (open && sight.open && open.endsAt?.getTime() !== sight.open.until?.getTime()) {
    await open.$query(ledger).patch({ endsAt: sight.open.until });
  }
  await noteSeen(ledger, sight.changedAt);
}

/** What the platform’s audit says behind what somebody has seen; it is read where there is anything new. */
async function newTrail(
  platform: Ports['databases']['platform'],
  { sight: { organisationId, open, changedAt }, seenUntil }: Noticed,
): Promise<EmergencyTrace[]> {
  if (seenUntil !== undefined) {
    const isNew = changedAt !== null && changedAt > seenUntil;
    return isNew ? trailOfEmergency(platform, { organisationId, since: seenUntil }) : [];
  }
  // What was long over before anybody looked is nobody’s business now.
  return open ? lastOfEach(await trailOfEmergency(platform, { organisationId, since: undefined })) : [];
}

/** What is open, or for longer, though the platform’s audit does not say why was done in the database itself. */
function openings(sight: EmergencySight, seen: readonly Opening[], before: Emergency | undefined): readonly Opening[] {
  const isNews = sight.open && (!before || isLater(sight.open.until, before.endsAt));
  if (!isNews || seen.length > 0 || !sight.open) return seen;
  const { changedBy, changedAt, now } = sight;
  const by = changedBy ?? 'somebody';
  return [{ by, at: changedAt ?? now, why: '', until: sight.open.until, runId: undefined, isOurs: false }];
}

/** By hand it counts where nothing was open, or it lasts longer now. A run that is still at it says so itself. */
async function enter(
  ports: Ports,
  opening: Opening,
  sight: EmergencySight,
): Promise<'entered' | 'nothing new' | 'under way'> {
  const { ledger } = ports.databases;
  const { by, at, why, until, runId, isOurs } = opening;
  const run = runId === undefined ? undefined : await Run.byId(ledger, runId);
  if (isOurs && run && OPEN.includes(run.state)) return 'under way';
  const open = await Emergency.open(ledger);
  if (!isOurs && open && !isLater(until, open.endsAt)) return 'nothing new';
  const id = isOurs && runId !== undefined ? runId : idOf(opening, sight);
  const how = isOurs ? await howOf(ports, run) : 'by hand';
  const givenTo = run ? signed({ name: run.actorName, id: run.actorId }) : await personBehind(by, ports);
  await Emergency.give(ledger, { id, how, givenAt: at, givenTo, actorId: by, why, endsAt: until });
  return 'entered';
}

/** A run of which the ledger never heard was journalled where it did not answer: alone. */
async function howOf({ databases: { ledger } }: Ports, run: Run | undefined): Promise<EmergencyHow> {
  if (run?.rule === 'forced') return 'forced';
  if (!run || run.rule === 'alone') return 'alone';
  return (await Approval.of(ledger, run.id))?.state === 'approved' ? 'approved' : 'alone';
}

/** The same opening has the same id, whoever sees it. */
function idOf({ by, at }: Opening, { organisationId }: EmergencySight): string {
  const hex = createHash('sha256').update(`${organisationId} ${by} ${at.toISOString()}`).digest('hex');
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function endOf({ endsAt }: Emergency, { changedAt, now }: EmergencySight): Date {
  return endsAt && endsAt < now ? endsAt : (changedAt ?? now);
}

/** Whoever took the last of it away; null: its end came. */
async function endedBy(ports: Ports, trail: readonly EmergencyTrace[]): Promise<string | null> {
  const last = trail.at(-1);
  return last?.status === 'suspended' ? personBehind(last.by, ports) : null;
}

/** What made each module what it is now: what came before is history. */
function lastOfEach(trail: readonly EmergencyTrace[]): EmergencyTrace[] {
  const last = new Map(trail.map((row) => [row.moduleKey, row]));
  return trail.filter((row) => last.get(row.moduleKey) === row);
}
