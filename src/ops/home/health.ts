import { ageWords } from '../../domain/age-words.ts';
import { type HealthFinding, overallState } from '../../domain/health.ts';
import type { OpenMaintenance } from '../../domain/health-windows.ts';
import type { Offer } from '../../errors.ts';
import { HealthRound } from '../../models/health-round.ts';
import { maintenanceParts } from '../health/maintenance-words.ts';
import { openMaintenance } from '../health/open-maintenance.ts';
import type { HomeSubject } from './home-section.ts';

/** Whoever watches looks every minute: later than this it does not. */
const STALE_MS = 5 * 60_000;
const NOT_YET = 'Nobody has looked yet whether everything answers.';
const LOOK: Offer = { label: 'Look now', operation: 'health-check', input: {} };

/** What was last found when somebody looked whether everything answers. */
export const health: HomeSubject = {
  key: 'health',
  name: 'Health',
  source: 'ledger',
  operation: 'health-check',
  async look(viewer) {
    const { databases, settings, now } = viewer;
    const [round, windows] = await Promise.all([HealthRound.current(databases.ledger), openMaintenance(viewer)]);
    const { minute: checkedAt, findings } = round;
    const maintenance = maintenanceParts(windows, settings.timeZone);
    const offers = [LOOK, ...endings(windows)];
    if (!checkedAt) return { tone: 'info', title: NOT_YET, parts: maintenance, offers };
    const ageMs = now.getTime() - checkedAt.getTime();
    const age = ageMs < 60_000 ? 'Looked at within the last minute.' : `Looked at ${ageWords(checkedAt, now)} ago.`;
    const late = ageMs > STALE_MS ? ' It may be different by now.' : '';
    const troubles = findings.filter(({ state }) => state === 'unhealthy' || state === 'degraded');
    return {
      tone: troubles.length > 0 ? 'attention' : 'info',
      title: titleOf(findings),
      parts: [
        { kind: 'list', items: troubles.map(({ label, says }) => `${label}: ${says}`) },
        ...maintenance,
        { kind: 'note', text: `${age}${late}` },
      ],
      offers,
    };
  },
};

/** Ways to end maintenance that somebody announced. */
function endings(windows: readonly OpenMaintenance[]): Offer[] {
  return windows
    .flatMap(({ id }) => (id === undefined ? [] : [id]))
    .slice(0, 3)
    .map((id) => ({
      label: `End maintenance ${id.slice(0, 8)}`,
      operation: 'end-maintenance',
      input: { window: id },
      confirm: 'End this maintenance before its time?',
    }));
}

function titleOf(findings: readonly HealthFinding[]): string {
  const overall = overallState(findings);
  if (overall === 'healthy') return 'All systems operational';
  const labels = findings.filter(({ state }) => state === overall).map(({ label }) => label);
  return `${overall === 'unhealthy' ? 'Not operational' : 'Operational, but degraded'}: ${labels.join(', ')}`;
}
