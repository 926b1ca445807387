import { accessWords, standing } from '../domain/access-change.ts';
import { showDate, showTime } from '../domain/end-date.ts';
import type { Offer } from '../errors.ts';
import { type OrganisationDetail, organisationDetail, type RecordedChange } from '../models/organisation-detail.ts';
import { called, findByCode } from './organisation-found.ts';
import { personBehind } from './person-behind.ts';
import * as arg from './service/arguments.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

const CHANGES_SHOWN = 8;

interface Shown extends OrganisationDetail {
  readonly changes: readonly (RecordedChange & { readonly who: string })[];
}

export const showOrg = defineOperation({
  name: 'show-org',
  verb: 'org',
  summary: 'Show one organisation: its access, its ends and its last changes',
  role: 'viewer',
  effect: 'reads',
  example: 'org LHR',
  args: { org: arg.positional(arg.organisation) },

  async run(context, { org }): Promise<Shown> {
    const found = await findByCode(context, org, (platform, code) => organisationDetail(platform, code, CHANGES_SHOWN));
    const named = found.changes.map(async (change) => ({ ...change, who: await personBehind(change.by, context) }));
    return { ...found, changes: await Promise.all(named) };
  },

  report: (shown, context): Report => ({
    tone: 'info',
    title: `${called(shown)}: ${accessSummary(shown, context)}`,
    parts: [accessTable(shown, context), ...changesPart(shown, context)],
    offers: offersFor(shown, context),
  }),
});

function accessSummary({ modules }: Shown, { moment }: Context): string {
  const open = modules.filter((access) => standing(access, moment.now) === 'open').length;
  if (open === 0) return 'no access to any module';
  return `access to ${open === 1 ? '1 module' : `${open} modules`}`;
}

function accessTable({ modules, createdAt }: Shown, { moment }: Context): Part {
  if (modules.length === 0)
    return { kind: 'text', text: `Created ${showDate(createdAt, moment.timeZone)}; it was never granted a module.` };
  const rows = modules.map((access) => [
    access.key,
    accessWords(access, moment),
    showDate(access.validFrom, moment.timeZone),
  ]);
  return { kind: 'table', columns: ['Module', 'Access', 'Since'], rows };
}

function changesPart({ changes }: Shown, { moment }: Context): Part[] {
  if (changes.length === 0) return [];
  const items = changes.map(
    ({ at, module, action, who, reason }) =>
      `${showTime(at, moment.timeZone)}: ${module} ${action} by ${who}${reason ? `: ${shortRun(reason)}` : ''}`,
  );
  const heading = changes.length < CHANGES_SHOWN ? 'Changes' : `The last ${CHANGES_SHOWN} changes`;
  return [
    { kind: 'note', text: `${heading}, newest first` },
    { kind: 'list', items },
  ];
}

/** A run's id in eight letters, which is enough to find it by. */
function shortRun(reason: string): string {
  return reason.replace(/\[run ([0-9a-f]{8})[0-9a-f-]{28}\]$/, '(run $1)');
}

function offersFor({ code, modules }: Shown, { moment }: Context): Offer[] {
  const open = modules.filter((access) => standing(access, moment.now) === 'open').map(({ key }) => key);
  const grant: Offer = { label: 'Grant access', operation: 'grant-module', input: { org: code }, form: true };
  const revoke: Offer = {
    label: 'Revoke access',
    operation: 'revoke-module',
    input: { org: code, module: open.join(',') },
    form: true,
  };
  return open.length > 0 ? [grant, revoke] : [grant];
}
