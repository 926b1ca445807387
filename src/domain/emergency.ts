/** The platform’s organisation for its own people in an emergency, as its runbook calls it. */
export const EMERGENCY_CODE = 'EMR';
export const EMERGENCY_NAME = 'Emergency Admin';

export const DEFAULT_HOURS = 4;
export const MOST_HOURS = 24;
const HOUR_MS = 3_600_000;

/** How emergency access came about; `by hand`: not through `emergency-access`. */
export type EmergencyHow = 'approved' | 'alone' | 'forced' | 'by hand';

/** Why, and for how long where it says so: `nobody can log in for 6h`. What is written out, `for 6 hours`, is a part of the reason. */
export function readWish(typed: string): { readonly why: string; readonly hours: number | undefined } {
  const text = typed.trim();
  const match = /^for (\d{1,3})h\b[,:]?\s*/i.exec(text) ?? /[\s,]*\bfor (\d{1,3})h\.?$/i.exec(text);
  const rest = match ? `${text.slice(0, match.index)}${text.slice(match.index + match[0].length)}` : text;
  const why = rest.replace(/^because\s+/i, '').trim();
  return { why, hours: match ? Number(match[1]) : undefined };
}

/** What somebody typed, where more is said behind it. */
export function sentence(typed: string): string {
  return /[.!?…]$/.test(typed) ? typed : `${typed}.`;
}

export function isAllowedHours(hours: number): boolean {
  return Number.isInteger(hours) && hours >= 1 && hours <= MOST_HOURS;
}

/** When it ends that is given at this moment. */
export function endOf(given: Date, hours: number): Date {
  return new Date(given.getTime() + hours * HOUR_MS);
}

/** Whether an end is later than another; null is no end at all. */
export function isLater(end: Date | null, than: Date | null): boolean {
  return (end?.getTime() ?? Number.POSITIVE_INFINITY) > (than?.getTime() ?? Number.POSITIVE_INFINITY);
}

/** Whether it would be open for longer, in all, than one may have it without a second person. */
export function isTooLong(began: Date, end: Date): boolean {
  return end.getTime() - began.getTime() > MOST_HOURS * HOUR_MS;
}

/** One row of the platform’s own audit about the emergency organisation. */
export interface EmergencyTrace {
  readonly moduleKey: string;
  readonly by: string;
  readonly at: Date;
  readonly reason: string | null;
  readonly status: string | null;
  readonly until: Date | null;
}

/** Somebody opened emergency access, or let it last longer, as the platform’s audit shows it. */
export interface Opening {
  readonly by: string;
  readonly at: Date;
  readonly why: string;
  readonly until: Date | null;
  /** The run of CapOps that did it. */
  readonly runId: string | undefined;
  /** Through `emergency-access`. */
  readonly isOurs: boolean;
}

const RUN = /\s*\[run ([0-9a-f-]{36})\]$/;
const OURS = 'Emergency access: ';

/** What the platform’s audit says of why emergency access was given. */
export function traceReason(why: string, runId: string): string {
  return `${OURS}${why} [run ${runId}]`;
}

/** The openings in a trail, in order: one a run of `emergency-access`, one for all that the same person did otherwise. */
export function openingsIn(trail: readonly EmergencyTrace[]): Opening[] {
  const opening = trail.filter(({ status, until, at }) => status === 'active' && (until === null || until > at));
  const groups = Map.groupBy(opening, ({ by, reason }) => (isOurs(reason) ? runIn(reason) : by));
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (!first) return [];
    const { by, at, reason } = first;
    const until = rows.map((row) => row.until).reduce((most, end) => (isLater(end, most) ? end : most), first.until);
    const why = (reason ?? '').replace(RUN, '').replace(OURS, '');
    return [{ by, at, why, until, runId: runIn(reason), isOurs: isOurs(reason) }];
  });
}

function runIn(reason: string | null): string | undefined {
  return RUN.exec(reason ?? '')?.[1];
}

function isOurs(reason: string | null): boolean {
  return reason?.startsWith(OURS) === true && runIn(reason) !== undefined;
}
