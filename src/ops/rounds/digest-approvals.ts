import { counted } from '../../domain/counted.ts';
import { showTime } from '../../domain/end-date.ts';
import { Approval } from '../../models/approval.ts';
import { withLedger } from '../service/with-ledger.ts';
import type { DigestSection, Subject } from './digest-section.ts';

/** Requests that wait for a second person. */
export const openApprovals: Subject = {
  name: 'what waits for a second person',
  async look({ databases: { ledger } }, { timeZone }): Promise<DigestSection> {
    const open = await withLedger(() => Approval.listOpen(ledger));
    if (open.length === 0) {
      return { needs: [], report: { tone: 'info', title: 'Nothing waits for a second person.' } };
    }
    const title = `${counted(open.length, 'request')} ${open.length === 1 ? 'waits' : 'wait'} for a second person.`;
    const items = open.map(
      ({ run, expiresAt }) =>
        `${run?.actorName ?? 'Somebody'} asks for ${run?.operation ?? 'something'}, until ${showTime(expiresAt, timeZone)}`,
    );
    return {
      needs: [title],
      report: {
        tone: 'attention',
        title,
        parts: [{ kind: 'list', items }],
        offers: [{ label: 'Show what waits', operation: 'approvals', input: {} }],
      },
    };
  },
};
