import { standing } from '../domain/access-change.ts';
import { chooseForReview } from '../domain/access-review.ts';
import { counted } from '../domain/counted.ts';
import { EMERGENCY_CODE } from '../domain/emergency.ts';
import { UserError } from '../errors.ts';
import { AccessReview } from '../models/access-review.ts';
import { accessOnRecord, type KnownAccess } from '../models/reviewed-access.ts';
import { personBehind } from './person-behind.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

interface Opened {
  /** Organisations that it asks about. */
  readonly asked: number;
  readonly leftOut: number;
}

export const openAccessReview = defineOperation({
  name: 'open-access-review',
  verb: 'open-review',
  summary: 'Begin an access review in the channel: who still needs what they have; it closes the one before',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'open-review',
  args: {},

  async run(context): Promise<Opened> {
    const { databases, moment, runId, settings } = context;
    if (settings.access?.channel === undefined) {
      throw new UserError(
        'There is no channel for it: capops.yml names one as access.channel, or as slack.announcements with a section access.',
      );
    }
    const access = (await accessOnRecord(databases)).filter(
      // An emergency has a review of its own.
      (one) => one.code !== EMERGENCY_CODE && standing(one, moment.now) === 'open',
    );
    const choice = chooseForReview(access);
    const asked = choice.parts.flat().length;
    if (asked === 0) return { asked, leftOut: 0 };
    const named = { ...choice, parts: await withNames(context, choice.parts) };
    await withLedger(() => AccessReview.begin(databases.ledger, { id: runId, beganAt: moment.now, choice: named }));
    return { asked, leftOut: choice.leftOut };
  },

  trace: ({ asked, leftOut }) => ({ subjects: [], after: { asked, leftOut } }),

  report: ({ asked, leftOut }): Report => {
    if (asked === 0) return { tone: 'unchanged', title: 'No organisation has access to anything: nothing to review.' };
    return {
      tone: 'done',
      title: `The access review has begun: ${counted(asked, 'organisation')}, in parts, in the channel.`,
      parts:
        leftOut > 0
          ? [{ kind: 'note', text: `${counted(leftOut, 'further organisation')} can wait for the next one.` }]
          : [],
    };
  },
});

type Parts = readonly (readonly (readonly KnownAccess[])[])[];

function withNames(context: Context, parts: Parts): Promise<Parts> {
  const named = async (access: KnownAccess) =>
    access.changedBy === null ? access : { ...access, changedBy: await personBehind(access.changedBy, context) };
  return Promise.all(parts.map((part) => Promise.all(part.map((accesses) => Promise.all(accesses.map(named))))));
}
