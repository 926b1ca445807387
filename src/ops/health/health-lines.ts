import type { HealthFinding, HealthState } from '../../domain/health.ts';
import type { Part } from '../service/report.ts';

const MARKS: Readonly<Record<HealthState, string>> = { healthy: '✓', degraded: '!', unhealthy: '✗', note: '•' };

/** A line for each: `✓ Database: Connected (3 ms)`. */
export function healthLines(findings: readonly HealthFinding[]): Part {
  const items = findings.map(({ label, state, says }) => `${MARKS[state]} ${label}: ${says}`);
  return { kind: 'list', items, marked: true };
}
