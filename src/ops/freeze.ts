import { showTime } from '../domain/end-date.ts';
import { Freeze } from '../models/freeze.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { signed } from './service/signed.ts';

interface Frozen {
  readonly begun: boolean;
  readonly freeze: Freeze | undefined;
}

export const freeze = defineOperation({
  name: 'freeze',
  verb: 'freeze',
  summary: 'Stop every change, on all replicas, until somebody thaws',
  role: 'admin',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'freeze because the platform is being moved',
  args: {
    reason: {
      ...arg.words('Reason', 'why; everybody who is refused reads it', {
        maxLength: 300,
        example: 'the platform is being moved',
        multiline: true,
      }),
      keyword: 'because',
    },
  },

  async run({ databases: { ledger }, actor, moment }, { reason }): Promise<Frozen> {
    const frozenBy = signed(actor);
    const begun = await Freeze.begin(ledger, { frozenAt: moment.now, frozenBy, reason });
    return { begun, freeze: await Freeze.current(ledger) };
  },

  trace: ({ begun, freeze: present }) => ({
    subjects: [],
    ...(begun ? { after: { frozen: true, reason: present?.reason } } : {}),
  }),

  report: ({ begun, freeze: present }, { settings: { environment, timeZone } }): Report => {
    const since = present
      ? ` since ${showTime(present.frozenAt, timeZone)}, by ${present.frozenBy}, because ${present.reason}`
      : '';
    if (!begun && !present) return { tone: 'unchanged', title: 'Changes were frozen, and somebody has thawed since.' };
    if (!begun) return { tone: 'unchanged', title: `Changes are frozen already${since}.` };
    return {
      tone: 'done',
      title: `Changes in ${environment} are frozen. Reading goes on.`,
      offers: [{ label: 'Thaw', operation: 'thaw', input: {}, confirm: 'Allow changes again?' }],
      announcement: `froze all changes in ${environment} because ${present?.reason}`,
    };
  },
});
