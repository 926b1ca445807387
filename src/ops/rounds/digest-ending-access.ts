import { counted } from '../../domain/counted.ts';
import { EMERGENCY_CODE } from '../../domain/emergency.ts';
import { showEnd } from '../../domain/end-date.ts';
import { type ComingEnd, comingEnds } from '../../models/access-ends.ts';
import { AgreedEnd } from '../../models/agreed-end.ts';
import type { Ports } from '../../ports.ts';
import type { DigestSection, Subject } from './digest-section.ts';

const DAY_MS = 86_400_000;
const AHEAD_DAYS = 30;
/** What ends within this time and nobody has agreed to waits for somebody. */
const SOON_DAYS = 7;
const SHOWN = 30;

/** Access that ends within a month. That of an emergency is told elsewhere, and nobody is to extend it. */
export const accessThatEnds: Subject = {
  name: 'the access that ends soon',
  async look(ports, { now, timeZone }): Promise<DigestSection> {
    const until = new Date(now.getTime() + AHEAD_DAYS * DAY_MS);
    const all = (await comingEnds(ports.databases.platform, until)).filter(
      ({ isOver, code }) => !isOver && code !== EMERGENCY_CODE,
    );
    const ending = all.toSorted((a, b) => a.validUntil.getTime() - b.validUntil.getTime());
    if (ending.length === 0) {
      return { needs: [], report: { tone: 'info', title: `No access ends within ${AHEAD_DAYS} days.` } };
    }
    const soon = ending.filter(({ validUntil }) => validUntil.getTime() - now.getTime() <= SOON_DAYS * DAY_MS);
    const undecided = await withoutAgreed(ports, soon);
    const title = `${counted(ending.length, 'access', 'accesses')} ${ending.length === 1 ? 'ends' : 'end'} within ${AHEAD_DAYS} days.`;
    const rows = ending
      .slice(0, SHOWN)
      .map(({ code, moduleKey, validUntil }) => [code, moduleKey, showEnd(validUntil, timeZone)]);
    const rest = ending.length - SHOWN;
    return {
      needs: undecided.length > 0 ? [soonWords(undecided)] : [],
      report: {
        tone: undecided.length > 0 ? 'attention' : 'info',
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

/** A ledger that does not answer cannot say what was agreed to: then all of it waits. */
async function withoutAgreed({ databases: { ledger }, log }: Ports, soon: readonly ComingEnd[]): Promise<ComingEnd[]> {
  try {
    const agreed = await AgreedEnd.among(ledger, soon);
    return soon.filter((end) => !agreed(end));
  } catch (error) {
    log.warn({ err: error }, 'which ends of access are agreed to could not be read');
    return [...soon];
  }
}

function soonWords(soon: readonly ComingEnd[]): string {
  const [first] = soon;
  if (soon.length === 1 && first) return `${first.code}’s access to ${first.moduleKey} ends within ${SOON_DAYS} days.`;
  return `${soon.length} accesses end within ${SOON_DAYS} days.`;
}
