import { counted } from '../domain/counted.ts';
import { type AccessEnd, expireEnded } from '../models/access-ends.ts';
import { AccessExpiry } from '../models/access-expiry.ts';
import { inTransaction } from '../models/transaction.ts';
import { forgetAccess } from './access-cache.ts';
import { endLines, groupEnds, organisationsIn } from './expiring/ended-words.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

/** Accesses in one run, which is one transaction: few enough that nobody waits for it. */
export const MOST_AT_ONCE = 5000;
/** As many stand on the record one by one; the platform has them all. */
const RECORDED = 200;

interface Expired {
  readonly ended: readonly AccessEnd[];
  readonly cacheNote: Part | undefined;
}

export const expireAccess = defineOperation({
  name: 'expire-access',
  verb: 'expire',
  summary: 'Mark access whose end has passed as expired; CapOps does so by itself every five minutes',
  role: 'admin',
  effect: 'changes',
  restartable: true,
  example: 'expire',
  args: {},

  async run(context): Promise<Expired> {
    if (context.actor.face === 'schedule') await AccessExpiry.begin(context.databases.ledger, context.runId);
    const ended = await inTransaction(context.databases.platform, (trx) =>
      expireEnded(trx, {
        most: MOST_AT_ONCE,
        actorId: context.actor.id,
        reason: `Its end has passed [run ${context.runId}]`,
      }),
    );
    return { ended, cacheNote: await forget(context, ended) };
  },

  trace: ({ ended }) => ({
    subjects: [...new Set(ended.map(({ code }) => code))],
    after: {
      expired: ended.length,
      access: ended.slice(0, RECORDED).map(({ code, moduleKey, validUntil }) => ({ code, moduleKey, validUntil })),
    },
  }),

  report: ({ ended, cacheNote }, { settings: { timeZone } }): Report => {
    if (ended.length === 0) {
      return { tone: 'unchanged', title: 'No access has ended that is still active. Nothing was changed.' };
    }
    const report = endedReport(ended, timeZone);
    const more =
      ended.length < MOST_AT_ONCE ? [] : [{ kind: 'note', text: 'There may be more: run it again.' } as const];
    return {
      ...report,
      parts: [...(report.parts ?? []), ...more, ...(cacheNote ? [cacheNote] : [])],
      announcement: `let ${counted(ended.length, 'access', 'accesses')} of ${organisationsIn(ended)} expire`,
    };
  },

  json: ({ ended }) => ended,
});

/** What ended, in one message. */
export function endedReport(ended: readonly AccessEnd[], timeZone: string): Report {
  return {
    tone: 'done',
    title: `Access of ${organisationsIn(ended)} has ended.`,
    parts: [
      { kind: 'list', items: endLines(groupEnds(ended), timeZone) },
      { kind: 'note', text: 'Nothing is deleted: a grant gives it back at any time.' },
    ],
  };
}

function forget(context: Context, ended: readonly AccessEnd[]): Promise<Part | undefined> {
  const byOrganisation = Map.groupBy(ended, ({ organisationId }) => organisationId);
  return forgetAccess(
    context,
    [...byOrganisation].map(([organisationId, rows]) => ({
      organisationId,
      moduleKeys: rows.map(({ moduleKey }) => moduleKey),
    })),
  );
}
