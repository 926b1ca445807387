import type { HealthFinding, Service } from './health.ts';
import { followUp, type Incident } from './health-incident.ts';
import { type Watched, watchOn } from './health-watch.ts';
import { isCovered, type OpenMaintenance } from './health-windows.ts';

/** Whoever looks after backups tells of them. */
const TOLD_ELSEWHERE: ReadonlySet<Service> = new Set(['backup']);

/** What the rounds before came to. */
export interface Known {
  readonly watched: Readonly<Partial<Record<Service, Watched>>>;
  /** Incidents that have not ended, by service. */
  readonly open: ReadonlyMap<Service, Incident>;
}

/** What holds at the time of a round. */
export interface Circumstances {
  readonly at: Date;
  readonly timeZone: string;
  readonly isQuiet: boolean;
  readonly windows: readonly OpenMaintenance[];
  /** There is a channel that hears of it. */
  readonly isHeard: boolean;
  readonly newId: () => string;
}

/** How services are after a round, and the incidents that it began, changed or ended. */
export function goOn(
  known: Known,
  findings: readonly HealthFinding[],
  here: Circumstances,
): { watched: Partial<Record<Service, Watched>>; incidents: Incident[] } {
  const watched: Partial<Record<Service, Watched>> = {};
  const incidents = findings.flatMap((finding) => {
    const { service, state, says } = finding;
    const now =
      state === 'note' ? undefined : watchOn(known.watched[service], { atMs: here.at.getTime(), state, says });
    if (now) watched[service] = now;
    if (TOLD_ELSEWHERE.has(service)) return [];
    const before = known.open.get(service);
    const after = followUp(before, {
      ...{ ...here, finding, watched: now },
      isCovered: isCovered(here.windows, service),
    });
    return after && after !== before ? [after] : [];
  });
  return { watched, incidents };
}
