import type { HealthFinding, HealthState } from './health.ts';

const BADNESS: Readonly<Record<HealthState, number>> = { note: 0, healthy: 0, degraded: 1, unhealthy: 2 };

/** What is worse than it was, by service. What was not looked at before counts as well. */
export function worseThan(before: readonly HealthFinding[], after: readonly HealthFinding[]): HealthFinding[] {
  const was = new Map(before.map(({ service, state }) => [service, BADNESS[state]] as const));
  return after.filter(({ service, state }) => BADNESS[state] > (was.get(service) ?? 0));
}
