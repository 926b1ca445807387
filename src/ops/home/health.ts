import { ageWords } from '../../domain/age-words.ts';
import { type HealthFinding, overallState } from '../../domain/health.ts';
import type { Offer } from '../../errors.ts';
import { latestHealth } from '../../models/latest-health.ts';
import type { HomeSubject } from './home-section.ts';

/** Whoever watches looks every minute: later than this it does not. */
const STALE_MS = 5 * 60_000;
const LOOK: Offer = { label: 'Look now', operation: 'health-check', input: {} };

/** What was last found when somebody looked whether everything answers. */
export const health: HomeSubject = {
  key: 'health',
  name: 'Health',
  source: 'ledger',
  operation: 'health-check',
  async look({ databases: { ledger }, now }) {
    const latest = await latestHealth(ledger);
    if (!latest) return { tone: 'info', title: 'Nobody has looked yet whether everything answers.', offers: [LOOK] };
    const { checkedAt, findings } = latest;
    const ageMs = now.getTime() - checkedAt.getTime();
    const age = ageMs < 60_000 ? 'Looked at within the last minute.' : `Looked at ${ageWords(checkedAt, now)} ago.`;
    const late = ageMs > STALE_MS ? ' It may be different by now.' : '';
    const troubles = findings.filter(({ state }) => state === 'unhealthy' || state === 'degraded');
    return {
      tone: troubles.length > 0 ? 'attention' : 'info',
      title: titleOf(findings),
      parts: [
        { kind: 'list', items: troubles.map(({ label, says }) => `${label}: ${says}`) },
        { kind: 'note', text: `${age}${late}` },
      ],
      offers: [LOOK],
    };
  },
};

function titleOf(findings: readonly HealthFinding[]): string {
  const overall = overallState(findings);
  if (overall === 'healthy') return 'All systems operational';
  const labels = findings.filter(({ state }) => state === overall).map(({ label }) => label);
  return `${overall === 'unhealthy' ? 'Not operational' : 'Operational, but degraded'}: ${labels.join(', ')}`;
}
