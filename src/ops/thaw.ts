import { showTime } from '../domain/end-date.ts';
import { Freeze } from '../models/freeze.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { signed } from './service/signed.ts';

export const thaw = defineOperation({
  name: 'thaw',
  verb: 'thaw',
  summary: 'Allow changes again after a freeze',
  role: 'admin',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'thaw',
  args: {},

  run: ({ databases: { ledger }, actor, moment }): Promise<Freeze | undefined> =>
    Freeze.end(ledger, { thawedAt: moment.now, thawedBy: signed(actor) }),

  trace: (ended) => ({
    subjects: [],
    ...(ended ? { before: { frozen: true, reason: ended.reason }, after: { frozen: false } } : {}),
  }),

  report: (ended, { settings: { environment, timeZone } }): Report => {
    if (!ended) return { tone: 'unchanged', title: 'Changes are not frozen. Nothing was changed.' };
    return {
      tone: 'done',
      title: `Changes in ${environment} are allowed again.`,
      parts: [
        {
          kind: 'note',
          text: `They were frozen since ${showTime(ended.frozenAt, timeZone)}, by ${ended.frozenBy}, because ${ended.reason}.`,
        },
      ],
      announcement: `allowed changes in ${environment} again`,
    };
  },
});
