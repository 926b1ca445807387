import { standing } from '../domain/access-change.ts';
import { listWords, MODULE_KEYS, type ModuleKey } from '../domain/module-keys.ts';
import { UserError } from '../errors.ts';
import { keep } from '../models/access-review.ts';
import { Entitlement } from '../models/entitlement.ts';
import { called, findOrganisation } from './organisation-found.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

interface Kept {
  readonly organisation: { readonly code: string; readonly name: string };
  readonly modules: readonly ModuleKey[];
}

export const keepAccess = defineOperation({
  name: 'keep-access',
  verb: 'keep',
  summary: 'Put on record that an organisation still needs its access; it answers the access review',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'keep LHR work',
  args: {
    org: arg.positional(arg.organisation),
    module: arg.positional({
      ...arg.optional(arg.modules),
      summary: `one or several of ${listWords(MODULE_KEYS)}; without any, all that it has`,
    }),
  },

  async run(context, { org, module }): Promise<Kept> {
    const { databases, moment, actor, runId } = context;
    const organisation = await findOrganisation(context, org);
    const rows = await Entitlement.of(databases.platform, organisation.id, module ?? MODULE_KEYS);
    const isOpen = (key: ModuleKey) => {
      const access = rows.get(key);
      return access !== undefined && standing(access, moment.now) === 'open';
    };
    const closed = (module ?? []).filter((key) => !isOpen(key));
    const modules = (module ?? MODULE_KEYS).filter(isOpen);
    if (closed.length > 0 || modules.length === 0) {
      const none = closed.length > 0 ? listWords(closed, 'or') : 'any module';
      const message = `${called(organisation)} has no access to ${none}, so there is nothing to keep. Nothing was noted.`;
      throw new UserError({ argument: 'module', message });
    }
    const by = { at: moment.now, name: actor.name, actorId: actor.id, runId };
    await withLedger(() => keep(databases.ledger, { organisationId: organisation.id, moduleKeys: modules }, by));
    return { organisation: { code: organisation.code, name: organisation.name }, modules };
  },

  trace: ({ organisation, modules }) => ({ subjects: [organisation.code], after: { kept: modules } }),

  report: ({ organisation, modules }): Report => ({
    tone: 'done',
    title: `${called(organisation)} keeps ${listWords(modules)}. That is on record.`,
  }),
});
