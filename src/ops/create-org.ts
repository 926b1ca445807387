import { randomUUID } from 'node:crypto';
import { showDate, showEnd } from '../domain/end-date.ts';
import { listWords, type ModuleKey } from '../domain/module-keys.ts';
import { UserError } from '../errors.ts';
import { AuditLog } from '../models/audit-log.ts';
import { Entitlement } from '../models/entitlement.ts';
import { Organisation } from '../models/organisation.ts';
import { inTransaction } from '../models/transaction.ts';
import { forgetAccess } from './access-cache.ts';
import { called } from './organisation-found.ts';
import * as arg from './service/arguments.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

interface Created {
  readonly code: string;
  readonly name: string;
  readonly modules: readonly ModuleKey[];
  readonly until: Date | null;
  readonly cacheNote: Part | undefined;
}

export const createOrg = defineOperation({
  name: 'create-org',
  verb: 'create-org',
  summary: 'Create an organisation (an airport), with its first modules',
  role: 'operator',
  effect: 'changes',
  restartable: true,
  example: 'create-org name "London Heathrow" code LHR modules assets,work',
  args: {
    name: arg.words('Name', 'the airport’s name as people know it', { maxLength: 200, example: 'London Heathrow' }),
    code: arg.newCode,
    modules: {
      ...arg.optional(arg.modules),
      keyword: 'module',
      summary: `${arg.modules.summary}; none is fine, they can be granted later`,
    },
    until: arg.until,
  },

  async run(context, { name, code, modules = [], until = null }): Promise<Created> {
    const author = {
      actorId: context.actor.id,
      at: context.moment.now,
      reason: `Created through CapOps [run ${context.runId}]`,
    };
    if (until && modules.length === 0) {
      throw new UserError({
        argument: 'modules',
        message:
          'A last day of access was given, but no module that it belongs to. Name the modules, or leave the day out.',
      });
    }
    const organisationId = await inTransaction(context.databases.platform, async (trx) => {
      const organisation = await Organisation.add(trx, { id: randomUUID(), name, code }, author);
      if (!organisation) throw await taken(context, code);
      await Entitlement.write(
        trx,
        modules.map((moduleKey) => ({
          kind: 'create',
          organisationId: organisation.id,
          moduleKey,
          present: undefined,
          status: 'active',
          validUntil: until,
        })),
        author,
      );
      await AuditLog.organisationCreated(trx, organisation, author);
      return organisation.id;
    });
    // Of a new organisation nothing can be remembered, but there is a list of all access.
    const cacheNote = await forgetAccess(context, [{ organisationId, moduleKeys: modules }]);
    return { code, name, modules, until, cacheNote };
  },

  trace: ({ code, name, modules, until }) => ({
    subjects: [code],
    after: { name, modules: Object.fromEntries(modules.map((key) => [key, { status: 'active', validUntil: until }])) },
  }),

  report: (created, { settings: { timeZone } }): Report => {
    const end = created.until ? `until ${showEnd(created.until, timeZone)} (${timeZone})` : 'with no end';
    const withModules =
      created.modules.length > 0
        ? `, with access to ${listWords(created.modules)} ${end}`
        : ', without access to any module yet';
    const { code } = created;
    return {
      tone: 'done',
      title: `${called(created)} is created${withModules}.`,
      ...(created.cacheNote ? { parts: [created.cacheNote] } : {}),
      offers: [
        { label: `Show ${code}`, operation: 'show-org', input: { org: code } },
        { label: 'Grant more', operation: 'grant-module', input: { org: code }, form: true },
      ],
      announcement: `created ${called(created)}${withModules}`,
    };
  },
});

async function taken(context: Context, code: string): Promise<UserError> {
  const present = await Organisation.byCode(context.databases.platform, code);
  const since = present ? `: ${present.name}, created ${showDate(present.createdAt, context.moment.timeZone)}` : '';
  const message = `${code} exists already${since}. A code belongs to one organisation. Nothing was changed.`;
  return new UserError({ argument: 'code', message }, [
    { label: `Show ${code}`, operation: 'show-org', input: { org: code } },
  ]);
}
