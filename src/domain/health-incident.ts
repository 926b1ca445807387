import type { HealthFinding, Service } from './health.ts';
import { type Condition, reasonOf, shownOf, type Watched } from './health-watch.ts';
import { NOTES } from './health-words.ts';

export type TroubleState = Exclude<Condition, 'healthy'> | 'flapping';

/** Nobody is told yet: in quiet hours, or while somebody is at work on the service. */
export type Held = 'quiet' | 'maintenance';

/** More reasons than this are not told. */
const MOST_REASONS = 10;

/** A service that was not healthy for a while, from when that counted until it no longer did. */
export interface Incident {
  readonly id: string;
  readonly service: Service;
  readonly label: string;
  /** As it is, or was last. */
  readonly state: TroubleState;
  readonly worst: TroubleState;
  /** Some look saw it down, though it may not have counted. */
  readonly sawUnhealthy: boolean;
  readonly says: string;
  readonly next: string | undefined;
  readonly began: Date;
  readonly ended: Date | undefined;
  /** Looks that saw it other than healthy. */
  readonly checks: number;
  /** How often it became something else. */
  readonly changes: number;
  readonly reasons: readonly string[];
  /** What is told in its thread, in order. */
  readonly notes: readonly string[];
  readonly held: Held | undefined;
  readonly afterMaintenance: boolean;
  /** Where it stands in Slack; undefined: nowhere yet. */
  readonly posted: { readonly channel: string; readonly ts: string } | undefined;
  /** The sentence that stands there. */
  readonly shown: string | undefined;
  readonly notesTold: number;
  /** When all of it was told, or nobody is to be told. */
  readonly closedAt: Date | undefined;
}

/** What one look made of a service, and what holds at that time. */
export interface Turn {
  readonly finding: HealthFinding;
  /** Undefined: it could not be judged. */
  readonly watched: Watched | undefined;
  readonly at: Date;
  readonly timeZone: string;
  readonly isQuiet: boolean;
  readonly isCovered: boolean;
  /** Somebody hears of it at all. */
  readonly isHeard: boolean;
  readonly newId: () => string;
}

/** What becomes of a service's open incident; without any, the one that begins, or undefined. */
export function followUp(incident: Incident | undefined, turn: Turn): Incident | undefined {
  const { watched } = turn;
  const shown = watched ? shownOf(watched) : 'healthy';
  if (!incident) return watched && shown !== 'healthy' ? held(begun(watched, shown, turn), turn) : undefined;
  if (shown === 'healthy') return ended(incident, turn);
  return held(gone(seen(incident, turn), shown, turn), turn);
}

function begun(watched: Watched, state: TroubleState, { finding, at, newId }: Turn): Incident {
  const { service, label, says, next } = finding;
  return {
    ...{ id: newId(), service, label, state, worst: state, says, next },
    sawUnhealthy: state === 'unhealthy' || finding.state === 'unhealthy',
    began: state === 'flapping' ? new Date(Math.min(...watched.turns, at.getTime())) : new Date(watched.sinceMs),
    ended: undefined,
    checks: state === 'flapping' ? 1 : 2,
    changes: state === 'flapping' ? watched.turns.length : 1,
    reasons: [reasonOf(says)],
    notes: [],
    ...{ held: undefined, afterMaintenance: false, posted: undefined, shown: undefined, notesTold: 0 },
    closedAt: undefined,
  };
}

/** What the look says, where it says anything of the trouble. */
function seen(incident: Incident, { finding }: Turn): Incident {
  if (finding.state === 'healthy' || finding.state === 'note') return incident;
  return {
    ...incident,
    checks: incident.checks + 1,
    sawUnhealthy: incident.sawUnhealthy || finding.state === 'unhealthy',
  };
}

/** Better, worse, flapping, steady again, or with another reason: that is told in the thread. */
function gone(incident: Incident, state: TroubleState, { finding, watched, at, timeZone }: Turn): Incident {
  const { says, next } = finding;
  if (state !== incident.state) {
    const changes = incident.changes + 1;
    const words = finding.state === 'healthy' ? {} : { says, next, reasons: told(incident.reasons, reasonOf(says)) };
    const turned = { ...incident, ...words, state, worst: worse(state, incident.worst), changes };
    return { ...turned, notes: [...incident.notes, NOTES.turned(turned, at, timeZone)] };
  }
  const reason = watched?.isReasonSteady ? watched.reason : undefined;
  const isNews = reason !== undefined && finding.state === state && !incident.reasons.includes(reason);
  if (!isNews || incident.reasons.length >= MOST_REASONS) return incident;
  const changed = { ...incident, says, next, reasons: told(incident.reasons, reason) };
  return { ...changed, notes: [...incident.notes, NOTES.reason(changed, at, timeZone)] };
}

function ended(incident: Incident, { watched, at, timeZone, isHeard, isCovered }: Turn): Incident {
  const isUntold = incident.posted === undefined;
  const end = new Date(Math.max(watched ? healthySince(watched) : at.getTime(), incident.began.getTime()));
  const note = watched ? NOTES.ended(incident, end, timeZone) : NOTES.gone(incident, at, timeZone);
  const isNobodys = !isHeard || (isUntold && (isCovered || incident.held === 'maintenance'));
  return { ...incident, ended: end, notes: [...incident.notes, note], closedAt: isNobodys ? at : undefined };
}

/** What was flapping is healthy since its last turn, not only since that counts. */
function healthySince({ sinceMs, lastSinceMs }: Watched): number {
  return Math.max(sinceMs, lastSinceMs);
}

function held(incident: Incident, { isQuiet, isCovered }: Turn): Incident {
  const isLoud = incident.state === 'unhealthy' || (incident.state === 'flapping' && incident.sawUnhealthy);
  const now: Held | undefined = isCovered ? 'maintenance' : isQuiet && !isLoud ? 'quiet' : undefined;
  const isLate = incident.posted === undefined && incident.held === 'maintenance' && !isCovered;
  return { ...incident, held: now, afterMaintenance: incident.afterMaintenance || isLate };
}

function told(reasons: readonly string[], reason: string): readonly string[] {
  return reasons.includes(reason) ? reasons : [...reasons, reason];
}

const RANKS: readonly TroubleState[] = ['degraded', 'unhealthy', 'flapping'];

function worse(one: TroubleState, other: TroubleState): TroubleState {
  return RANKS.indexOf(one) > RANKS.indexOf(other) ? one : other;
}
