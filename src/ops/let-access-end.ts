import { standing } from '../domain/access-change.ts';
import { isoDate, showEnd } from '../domain/end-date.ts';
import { listWords, type ModuleKey } from '../domain/module-keys.ts';
import { UserError } from '../errors.ts';
import { AgreedEnd } from '../models/agreed-end.ts';
import { Entitlement } from '../models/entitlement.ts';
import { called, findOrganisation } from './organisation-found.ts';
import * as arg from './service/arguments.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { signed } from './service/signed.ts';
import { withLedger } from './service/with-ledger.ts';

interface Agreed {
  readonly organisation: { readonly code: string; readonly name: string };
  readonly ends: readonly { readonly moduleKey: ModuleKey; readonly validUntil: Date }[];
}

export const letAccessEnd = defineOperation({
  name: 'let-access-end',
  verb: 'let-end',
  summary: 'Agree that access ends on its day: nobody is reminded of that end again',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'let-end LHR work',
  args: {
    org: arg.positional(arg.organisation),
    module: arg.positional(arg.modules),
    until: { ...arg.until, summary: 'only if this is still its last day', widget: { kind: 'none' } },
  },

  async run(context, { org, module, until }): Promise<Agreed> {
    const organisation = await findOrganisation(context, org);
    const rows = await Entitlement.of(context.databases.platform, organisation.id, module);
    const ends = module.map((moduleKey) => {
      const validUntil = endOf(context, { organisation, moduleKey, access: rows.get(moduleKey), until });
      return { moduleKey, validUntil };
    });
    const by = {
      agreedAt: context.moment.now,
      agreedBy: signed(context.actor),
      runId: context.runId,
    };
    await withLedger(() =>
      AgreedEnd.add(
        context.databases.ledger,
        ends.map((end) => ({ ...end, organisationId: organisation.id, ...by })),
      ),
    );
    return { organisation: { code: organisation.code, name: organisation.name }, ends };
  },

  trace: ({ organisation, ends }) => ({
    subjects: [organisation.code],
    after: Object.fromEntries(ends.map(({ moduleKey, validUntil }) => [moduleKey, { agreedEnd: validUntil }])),
  }),

  report: ({ organisation, ends }, { settings: { timeZone } }): Report => {
    const when = listWords([...new Set(ends.map(({ validUntil }) => showEnd(validUntil, timeZone)))]);
    const modules = listWords(ends.map(({ moduleKey }) => moduleKey));
    return {
      tone: 'done',
      title: `${called(organisation)} keeps ${modules} until ${when}, and then it ends. Nobody is reminded of that again.`,
      offers: [
        {
          label: 'Extend after all',
          operation: 'grant-module',
          input: { org: organisation.code, module: ends.map(({ moduleKey }) => moduleKey).join(',') },
          form: true,
        },
      ],
      announcement: `lets the access of ${called(organisation)} to ${modules} end: ${when}`,
    };
  },
});

interface Asked {
  readonly organisation: Agreed['organisation'];
  readonly moduleKey: ModuleKey;
  readonly access: Entitlement | undefined;
  readonly until: Date | undefined;
}

/** The end that is agreed to. Throws UserError where there is none, or no longer the one that was meant. */
function endOf({ moment }: Context, { organisation, moduleKey, access, until }: Asked): Date {
  const has = `${called(organisation)} has ${moduleKey}`;
  if (!access || standing(access, moment.now) !== 'open') {
    throw new UserError({
      argument: 'module',
      message: `${called(organisation)} has no access to ${moduleKey} that could end.`,
    });
  }
  if (!access.validUntil) {
    throw new UserError({ argument: 'module', message: `${has} with no end. To set one: grant it until a day.` });
  }
  const day = (date: Date) => isoDate(date, moment.timeZone);
  if (until && day(until) !== day(access.validUntil)) {
    const now = showEnd(access.validUntil, moment.timeZone);
    throw new UserError({
      argument: 'module',
      message: `${has} until ${now} by now. Nothing was noted: people are reminded of that end.`,
    });
  }
  return access.validUntil;
}
