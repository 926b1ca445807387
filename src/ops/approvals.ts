import { counted } from '../domain/counted.ts';
import { showTime } from '../domain/end-date.ts';
import { type OpenRequest, openRequests, requestOffers } from './approving/open-requests.ts';
import { defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

/** As many as there are buttons for in one answer, two for each. */
const WITH_OFFERS = 12;

export const approvals = defineOperation({
  name: 'approvals',
  verb: 'approvals',
  summary: 'List what waits for a second person, and for whom',
  role: 'viewer',
  effect: 'reads',
  example: 'approvals',
  args: {},

  run: (context): Promise<readonly OpenRequest[]> => openRequests(context),

  report: (open, { settings: { timeZone }, service }): Report => {
    if (open.length === 0) return { tone: 'info', title: 'Nothing waits for a second person.' };
    const offers = open.slice(0, WITH_OFFERS).flatMap(requestOffers);
    const rest = open.length - WITH_OFFERS;
    return {
      tone: 'info',
      title: `${counted(open.length, 'request')} ${open.length === 1 ? 'waits' : 'wait'} for a second person`,
      parts: [
        {
          kind: 'table',
          columns: ['Run', 'Who asks', 'What', 'Still needed', 'Expires'],
          rows: open.map((one) => row(one, timeZone)),
        },
        ...(rest > 0
          ? [{ kind: 'note', text: `For the last ${rest}, type “approve” or “deny” and the run.` } as Part]
          : []),
      ],
      offers: offers.filter(({ operation }) => service.find(operation)),
    };
  },

  json: (open) => open,
});

function row({ run, askedBy, asked, preview, needed, approvedBy, expiresAt }: OpenRequest, timeZone: string): string[] {
  const what = preview ? `${asked}: ${preview}` : asked;
  const so = approvedBy.length > 0 ? ` (${approvedBy.join(', ')} approved)` : '';
  return [run.slice(0, 8), askedBy, what, `${needed}${so}`, showTime(expiresAt, timeZone)];
}
