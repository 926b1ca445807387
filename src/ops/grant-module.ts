import { type Access, accessFacts, accessWords, decideGrant, type GrantDecision } from '../domain/access-change.ts';
import { isoDate, showEnd } from '../domain/end-date.ts';
import { listWords, type ModuleKey } from '../domain/module-keys.ts';
import type { Moment } from '../domain/moment.ts';
import { UserError } from '../errors.ts';
import { type AccessChange, Entitlement } from '../models/entitlement.ts';
import type { Organisation } from '../models/organisation.ts';
import { inTransaction } from '../models/transaction.ts';
import { forgetAccess } from './access-cache.ts';
import { previewAccess, stateOfAccess } from './access-preview.ts';
import { called, findOrganisation, hold } from './organisation-found.ts';
import * as arg from './service/arguments.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

/** What became of one module. */
interface Step {
  readonly moduleKey: ModuleKey;
  readonly decision: GrantDecision;
  /** The access before; null: there was none. */
  readonly was: Access | null;
}

interface Granted {
  readonly organisation: { readonly code: string; readonly name: string };
  readonly until: Date | null;
  readonly steps: readonly Step[];
  readonly cacheNote: Part | undefined;
}

export const grantModule = defineOperation({
  name: 'grant-module',
  verb: 'grant',
  summary: 'Give an organisation access to modules, with or without an end',
  role: 'operator',
  effect: 'changes',
  restartable: true,
  example: 'grant LHR work,assets until 2030-12-31',
  args: {
    org: arg.positional(arg.organisation),
    module: arg.positional(arg.modules),
    until: arg.until,
    shorten: {
      ...arg.flag('Shorten', 'let the access end earlier than it does now', '--shorten'),
      widget: { kind: 'flag', inForms: false },
    },
  },

  previewFor: 'second person',
  preview: previewAccess,

  async run(context, { org, module, until = null, shorten = false }): Promise<Granted> {
    const organisation = await findOrganisation(context, org);
    const steps = await inTransaction(context.databases.platform, async (trx) => {
      await hold(trx, organisation);
      const present = await Entitlement.locked(trx, organisation.id, module);
      context.holdTo(stateOfAccess(organisation, module, present));
      const decided = module.map((moduleKey) => {
        const access = present.get(moduleKey);
        return { moduleKey, access, decision: decideGrant(access, until, { now: context.moment.now, shorten }) };
      });
      refuseShortening(context, { organisation, until, decided });
      await Entitlement.write(
        trx,
        decided.flatMap((step) => changeFor(organisation, until, step)),
        {
          actorId: context.actor.id,
          at: context.moment.now,
          reason: `Granted through CapOps [run ${context.runId}]`,
        },
      );
      return decided.map(({ access, ...step }) => ({ ...step, was: accessFacts(access) }));
    });
    const changed = steps.filter(({ decision }) => decision !== 'holds').map(({ moduleKey }) => moduleKey);
    const cacheNote = await forgetAccess(context, [{ organisationId: organisation.id, moduleKeys: changed }]);
    return { organisation: { code: organisation.code, name: organisation.name }, until, steps, cacheNote };
  },

  trace: ({ organisation, until, steps }) => {
    const changed = steps.filter(({ decision }) => decision !== 'holds');
    return {
      subjects: [organisation.code],
      before: Object.fromEntries(changed.map(({ moduleKey, was }) => [moduleKey, was])),
      after: Object.fromEntries(changed.map(({ moduleKey }) => [moduleKey, { status: 'active', validUntil: until }])),
    };
  },

  report: (granted, context): Report => {
    const { organisation, until, steps, cacheNote } = granted;
    const end = until ? `until ${showEnd(until, context.settings.timeZone)}` : 'with no end';
    const zone = until ? ` (${context.settings.timeZone})` : '';
    const modules = listWords(steps.map(({ moduleKey }) => moduleKey));
    if (steps.every(({ decision }) => decision === 'holds')) {
      return {
        tone: 'unchanged',
        title: `${called(organisation)} has ${modules} ${end}${zone} already. Nothing was changed.`,
      };
    }
    const before = steps.map((step) => `${step.moduleKey}: ${stepWords(step, end, context.moment)}`);
    return {
      tone: 'done',
      title: `${called(organisation)} now has ${modules} ${end}${zone}.`,
      parts: [{ kind: 'list', items: before }, ...(cacheNote ? [cacheNote] : [])],
      offers: [{ label: `Show ${organisation.code}`, operation: 'show-org', input: { org: organisation.code } }],
      announcement: announcement(granted, end),
    };
  },
});

type Decided = Omit<Step, 'was'> & { readonly access: Entitlement | undefined };

/** All or nothing: one module that would lose access stops the whole grant. */
function refuseShortening(
  context: Context,
  { organisation, until, decided }: { organisation: Organisation; until: Date | null; decided: readonly Decided[] },
): void {
  const shortened = decided.filter(({ decision }) => decision === 'would-shorten');
  if (shortened.length === 0 || !until) return;
  const day = showEnd(until, context.moment.timeZone);
  const present = shortened.map(
    ({ moduleKey, access }) => `${moduleKey} (${access ? accessWords(access, context.moment) : ''})`,
  );
  const message = `${called(organisation)} has ${listWords(present)}, and ${day} is earlier. A grant shortens access only when asked to. Nothing was changed.`;
  const input = { ...context.raw, until: isoDate(until, context.moment.timeZone), shorten: true };
  throw new UserError({ argument: 'until', message }, [
    {
      label: `Shorten to ${day}`,
      operation: 'grant-module',
      input,
      style: 'danger',
      confirm: `Let ${listWords(present)} of ${called(organisation)} end on ${day} instead?`,
    },
  ]);
}

function changeFor(
  organisation: Organisation,
  validUntil: Date | null,
  { moduleKey, access, decision }: Decided,
): AccessChange[] {
  if (decision === 'holds' || decision === 'would-shorten') return [];
  return [
    { kind: decision, organisationId: organisation.id, moduleKey, present: access, status: 'active', validUntil },
  ];
}

function stepWords({ decision, was }: Step, end: string, moment: Moment): string {
  if (was === null) return `new, ${end}`;
  const before = accessWords(was, moment);
  if (decision === 'reactivate') return `back again (was ${before}), ${end}`;
  if (decision === 'holds') return `had it ${end} already`;
  return `${before === 'no end' ? 'had no end' : `was ${before}`}, now ${end}`;
}

const ACTS: readonly (readonly [
  (decision: GrantDecision) => boolean,
  (organisation: string, modules: string, end: string) => string,
])[] = [
  [
    (decision) => decision === 'create' || decision === 'reactivate',
    (organisation, modules, end) => `gave ${organisation} access to ${modules} ${end}`,
  ],
  [
    (decision) => decision === 'extend',
    (organisation, modules, end) => `extended the access of ${organisation} to ${modules}: now ${end}`,
  ],
  [
    (decision) => decision === 'shorten',
    (organisation, modules, end) => `shortened the access of ${organisation} to ${modules}: now ${end}`,
  ],
];

function announcement({ organisation, steps }: Granted, end: string): string {
  const acts = ACTS.flatMap(([belongs, words]) => {
    const modules = steps.filter(({ decision }) => belongs(decision)).map(({ moduleKey }) => moduleKey);
    return modules.length > 0 ? [words(called(organisation), listWords(modules), end)] : [];
  });
  return acts.join('; ');
}
