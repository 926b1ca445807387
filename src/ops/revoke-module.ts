import { accessWords, standing } from '../domain/access-change.ts';
import { isoDate } from '../domain/end-date.ts';
import { listWords, type ModuleKey } from '../domain/module-keys.ts';
import type { Offer } from '../errors.ts';
import { Entitlement } from '../models/entitlement.ts';
import { inTransaction } from '../models/transaction.ts';
import { forgetAccess } from './access-cache.ts';
import { previewAccess, stateOfAccess } from './access-preview.ts';
import { called, findOrganisation, hold } from './organisation-found.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

interface Revoked {
  readonly organisation: { readonly code: string; readonly name: string };
  readonly reason: string | undefined;
  /** Modules whose access ends now, with the end that they had. */
  readonly taken: readonly { readonly moduleKey: ModuleKey; readonly validUntil: Date | null }[];
  /** Modules without access, and why there is none, in words. */
  readonly untouched: readonly { readonly moduleKey: ModuleKey; readonly now: string }[];
  readonly cacheNote: Part | undefined;
}

export const revokeModule = defineOperation({
  name: 'revoke-module',
  verb: 'revoke',
  summary: 'Take an organisation’s access to modules away; nothing is deleted',
  role: 'operator',
  effect: 'changes',
  restartable: true,
  example: 'revoke LHR work because the contract ended',
  args: {
    org: arg.positional(arg.organisation),
    module: arg.positional(arg.modules),
    reason: {
      ...arg.optional(
        arg.words('Reason', 'why, in a few words; it is recorded', {
          maxLength: 500,
          example: 'the contract ended',
          multiline: true,
        }),
      ),
      keyword: 'because',
      requiredInSlack: true,
    },
  },

  previewFor: 'second person',
  preview: previewAccess,

  async run(context, { org, module, reason }): Promise<Revoked> {
    const { now } = context.moment;
    const organisation = await findOrganisation(context, org);
    const outcome = await inTransaction(context.databases.platform, async (trx) => {
      await hold(trx, organisation);
      const rows = await Entitlement.locked(trx, organisation.id, module);
      context.holdTo(stateOfAccess(organisation, module, rows));
      const open = module.flatMap((moduleKey) => {
        const present = rows.get(moduleKey);
        return present && standing(present, now) === 'open'
          ? [{ moduleKey, present, validUntil: present.validUntil }]
          : [];
      });
      await Entitlement.write(
        trx,
        open.map((row) => ({ ...row, kind: 'suspend', organisationId: organisation.id, status: 'suspended' })),
        { actorId: context.actor.id, at: now, reason: `${reason ?? 'Revoked through CapOps'} [run ${context.runId}]` },
      );
      const untouched = module
        .filter((moduleKey) => !open.some((row) => row.moduleKey === moduleKey))
        .map((moduleKey) => ({
          moduleKey,
          now: rows.has(moduleKey) ? accessWords(rows.get(moduleKey) as Entitlement, context.moment) : 'never had it',
        }));
      return { taken: open.map(({ moduleKey, validUntil }) => ({ moduleKey, validUntil })), untouched };
    });
    const moduleKeys = outcome.taken.map(({ moduleKey }) => moduleKey);
    const cacheNote = await forgetAccess(context, [{ organisationId: organisation.id, moduleKeys }]);
    return { organisation: { code: organisation.code, name: organisation.name }, reason, ...outcome, cacheNote };
  },

  trace: ({ organisation, taken }) => ({
    subjects: [organisation.code],
    before: Object.fromEntries(taken.map(({ moduleKey, validUntil }) => [moduleKey, { status: 'active', validUntil }])),
    after: Object.fromEntries(
      taken.map(({ moduleKey, validUntil }) => [moduleKey, { status: 'suspended', validUntil }]),
    ),
  }),

  report: ({ organisation, reason, taken, untouched, cacheNote }, context): Report => {
    const leftAlone = untouched.map(({ moduleKey, now }) => `${moduleKey}: no access before either (${now})`);
    if (taken.length === 0) {
      const modules = listWords(
        untouched.map(({ moduleKey }) => moduleKey),
        'or',
      );
      return {
        tone: 'unchanged',
        title: `${called(organisation)} has no access to ${modules}. Nothing was changed.`,
        parts: [{ kind: 'list', items: leftAlone }],
      };
    }
    const modules = listWords(taken.map(({ moduleKey }) => moduleKey));
    return {
      tone: 'done',
      title: `${called(organisation)} no longer has ${modules}.`,
      parts: [
        ...(leftAlone.length > 0 ? [{ kind: 'list', items: leftAlone } as const] : []),
        { kind: 'note', text: 'The access is suspended, not deleted: it can be given back at any time.' },
        ...(cacheNote ? [cacheNote] : []),
      ],
      offers: giveBack(organisation.code, taken, context.settings.timeZone),
      announcement: `took ${modules} away from ${called(organisation)}${reason ? ` because ${reason.replace(/^because\s+/i, '')}` : ''}`,
    };
  },
});

/** One offer for each end that the modules had, so that undoing restores what there was. */
function giveBack(code: string, taken: Revoked['taken'], timeZone: string): Offer[] {
  const byEnd = Map.groupBy(taken, ({ validUntil }) => (validUntil ? isoDate(validUntil, timeZone) : undefined));
  return [...byEnd].map(([end, rows]) => {
    const keys = rows.map(({ moduleKey }) => moduleKey);
    return {
      label: `Give ${listWords(keys)} back`,
      operation: 'grant-module',
      input: { org: code, module: keys.join(','), ...(end ? { until: end } : {}) },
    };
  });
}
