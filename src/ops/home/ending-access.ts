import { counted } from '../../domain/counted.ts';
import { showEnd } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import { endingOrganisations } from '../../models/ending-organisations.ts';
import type { HomeSubject } from './home-section.ts';

const DAY_MS = 86_400_000;
const AHEAD_DAYS = 30;
const SHOWN = 8;

/** Organisations whose access ends within a month. */
export const endingAccess: HomeSubject = {
  key: 'ending',
  name: 'Access that ends soon',
  source: 'platform',
  operation: 'list-orgs',
  async look({ databases: { platform }, settings: { timeZone }, now }) {
    const until = new Date(now.getTime() + AHEAD_DAYS * DAY_MS);
    const { count, first } = await endingOrganisations(platform, { from: now, until, limit: SHOWN });
    if (count === 0) return { tone: 'info', title: `None within ${AHEAD_DAYS} days.` };
    const items = first.map(
      ({ code, name, modules, endsAt }) =>
        `${code} (${name}): ${listWords(modules)}, ${modules.length > 1 ? 'the first ' : ''}on ${showEnd(endsAt, timeZone)}`,
    );
    const rest = count - first.length;
    return {
      tone: 'info',
      title: `Of ${counted(count, 'organisation')} within ${AHEAD_DAYS} days.`,
      parts: [
        { kind: 'list', items },
        ...(rest > 0 ? [{ kind: 'note', text: `… and ${rest} more: “orgs expiring ${AHEAD_DAYS}”` } as const] : []),
      ],
      offers: [{ label: 'List them', operation: 'list-orgs', input: { expiring: AHEAD_DAYS } }],
    };
  },
};
