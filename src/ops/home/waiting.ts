import { counted } from '../../domain/counted.ts';
import { showTime } from '../../domain/end-date.ts';
import { openRequests, requestOffers } from '../approving/open-requests.ts';
import type { HomeSubject } from './home-section.ts';

const SHOWN = 5;

/** Requests that whoever looks may decide. */
export const waiting: HomeSubject = {
  key: 'waiting',
  name: 'Waiting for you',
  source: 'ledger',
  operation: 'approvals',
  async look(viewer) {
    const { timeZone } = viewer.settings;
    const mine = (await openRequests(viewer)).filter(({ may }) => may === 'decide');
    if (mine.length === 0) return { tone: 'info', title: 'Nothing.' };
    const items = mine
      .slice(0, SHOWN)
      .map(
        ({ run, askedBy, asked, expiresAt }) =>
          `${run.slice(0, 8)}: ${askedBy} asks for “${asked}”, until ${showTime(expiresAt, timeZone)}`,
      );
    const rest = mine.length - SHOWN;
    return {
      tone: 'attention',
      title: `${counted(mine.length, 'request')} of others.`,
      parts: [
        { kind: 'list', items },
        ...(rest > 0 ? [{ kind: 'note', text: `… and ${rest} more: “approvals” lists them.` } as const] : []),
      ],
      offers: mine.slice(0, SHOWN).flatMap(requestOffers),
    };
  },
};
