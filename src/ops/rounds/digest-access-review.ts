import { counted } from '../../domain/counted.ts';
import { showDate } from '../../domain/end-date.ts';
import { openReview } from '../../models/access-review.ts';
import { withLedger } from '../service/with-ledger.ts';
import type { DigestSection, Subject } from './digest-section.ts';

const SHOWN = 30;

/** An answered one stays until the next: there was none so far. */
const NONE: DigestSection = {
  needs: [],
  unseen: 'still to come',
  report: { tone: 'info', title: 'No access review is open.' },
};

/** What the open access review still asks. */
export const reviewOfAccess: Subject = {
  name: 'the access review',
  async look({ databases: { ledger } }, { timeZone }): Promise<DigestSection> {
    const review = await withLedger(() => openReview(ledger));
    if (!review) return NONE;
    const { began, answered, unanswered, items } = review;
    const name = `access review of ${showDate(began, timeZone)}`;
    if (unanswered === 0) {
      const all = counted(answered, 'organisation');
      return { needs: [], report: { tone: 'info', title: `The ${name} is answered: ${all}.` } };
    }
    const verb = unanswered === 1 ? 'waits' : 'wait';
    const title = `${counted(unanswered, 'organisation')} of the ${name} ${verb} for an answer.`;
    const open = Map.groupBy(
      items.filter(({ answer }) => answer === null),
      ({ code, name: of }) => `${code} (${of})`,
    );
    const lines = [...open].map(
      ([organisation, of]) => `${organisation}: ${of.map((one) => one.moduleKey).join(', ')}`,
    );
    const rest = lines.length - SHOWN;
    return {
      needs: [title],
      report: {
        tone: 'attention',
        title,
        parts: [{ kind: 'list', items: [...lines.slice(0, SHOWN), ...(rest > 0 ? [`… and ${rest} more`] : [])] }],
        offers: [{ label: 'Show the access', operation: 'access-review', input: {} }],
      },
    };
  },
};
