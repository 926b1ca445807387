import { type HealthFinding, overallWords } from '../../domain/health.ts';
import { isCovered } from '../../domain/health-windows.ts';
import { HealthRound } from '../../models/health-round.ts';
import type { Ports } from '../../ports.ts';
import { healthLines } from '../health/health-lines.ts';
import { lookAtHealth } from '../health/look-at-health.ts';
import { maintenanceParts } from '../health/maintenance-words.ts';
import { knownMaintenance } from '../health/open-maintenance.ts';
import type { DigestSection, Subject } from './digest-section.ts';

/** Whether everything answers now. */
export const healthNow: Subject = {
  name: 'the services',
  async look(ports, { timeZone }): Promise<DigestSection> {
    const [findings, maintenance] = await Promise.all([findingsNow(ports), knownMaintenance(ports)]);
    const wrong = findings.filter(({ state }) => state === 'unhealthy' || state === 'degraded');
    const unexpected = wrong.filter(({ service }) => !isCovered(maintenance, service));
    return {
      needs: unexpected.map(({ label, says }) => `${label}: ${says}.`),
      // What is worked on is seen to when that is over.
      ...(wrong.length > 0 ? { unseen: 'still to come' as const } : {}),
      report: {
        tone: wrong.length > 0 ? 'attention' : 'info',
        title: overallWords(findings),
        parts: [healthLines(findings), ...maintenanceParts(maintenance, timeZone)],
        offers: [{ label: 'Check again', operation: 'health-check', input: {} }],
      },
    };
  },
};

/** As it is now; where this process has nothing to look with, as it was seen last. */
async function findingsNow(ports: Ports): Promise<readonly HealthFinding[]> {
  if (ports.openProbes) return lookAtHealth(ports, { isVerbose: false });
  return (await HealthRound.current(ports.databases.ledger)).findings;
}
