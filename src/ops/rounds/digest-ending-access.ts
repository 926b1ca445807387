import { counted } from '../../domain/counted.ts';
import { showEnd } from '../../domain/end-date.ts';
import { endingAccess } from '../../models/ending-access.ts';
import type { DigestSection, Subject } from './digest-section.ts';

const DAY_MS = 86_400_000;
const AHEAD_DAYS = 30;
/** What ends within this time and was not looked at waits for somebody. */
const SOON_DAYS = 7;
const SHOWN = 30;

/** Access that ends within a month. */
export const accessThatEnds: Subject = {
  name: 'the access that ends soon',
  async look({ databases: { platform } }, { now, timeZone }): Promise<DigestSection> {
    const ending = await endingAccess(platform, { from: now, until: new Date(now.getTime() + AHEAD_DAYS * DAY_MS) });
    if (ending.length === 0) {
      return { needs: [], report: { tone: 'info', title: `No access ends within ${AHEAD_DAYS} days.` } };
    }
    const soon = ending.filter(({ endsAt }) => endsAt.getTime() - now.getTime() <= SOON_DAYS * DAY_MS);
    const title = `${counted(ending.length, 'access', 'accesses')} ${ending.length === 1 ? 'ends' : 'end'} within ${AHEAD_DAYS} days.`;
    const rows = ending.slice(0, SHOWN).map(({ code, module, endsAt }) => [code, module, showEnd(endsAt, timeZone)]);
    const rest = ending.length - SHOWN;
    return {
      needs: soon.length > 0 ? [soonWords(soon)] : [],
      report: {
        tone: soon.length > 0 ? 'attention' : 'info',
        title,
        parts: [
          { kind: 'table', columns: ['Organisation', 'Module', 'Ends'], rows },
          ...(rest > 0 ? [{ kind: 'note' as const, text: `… and ${rest} more: “orgs expiring ${AHEAD_DAYS}”` }] : []),
        ],
        offers: [{ label: 'List them', operation: 'list-orgs', input: { expiring: AHEAD_DAYS } }],
      },
    };
  },
};

function soonWords(soon: readonly { readonly code: string; readonly module: string }[]): string {
  const [first] = soon;
  if (soon.length === 1 && first) return `${first.code}’s access to ${first.module} ends within ${SOON_DAYS} days.`;
  return `${soon.length} accesses end within ${SOON_DAYS} days.`;
}
