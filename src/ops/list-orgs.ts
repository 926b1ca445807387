import { z } from 'zod';
import { accessWords } from '../domain/access-change.ts';
import { MODULE_KEYS, type ModuleKey } from '../domain/module-keys.ts';
import type { Moment } from '../domain/moment.ts';
import type { Offer } from '../errors.ts';
import { countOrganisations, type ListedOrganisation, listOrganisations } from '../models/organisation-list.ts';
import * as arg from './service/arguments.ts';
import { type Argument, type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

/** Organisations on one page in Slack; the terminal gets them all. */
const PAGE_SIZE = 20;
const DAY_MS = 86_400_000;

interface Listed {
  readonly organisations: readonly ListedOrganisation[];
  readonly total: number;
}

const oneModule: Argument<ModuleKey, false> = {
  label: 'Module',
  summary: `only organisations that have access to it: ${MODULE_KEYS.join(', ')}`,
  example: 'work',
  required: false,
  keyword: 'with',
  schema: (moment) =>
    arg.modules.schema(moment).transform((keys, ctx) => {
      const [key, ...more] = keys;
      if (key && more.length === 0) return key;
      ctx.addIssue({ code: 'custom', message: `Name one module to list by: ${MODULE_KEYS.join(', ')}.` });
      return z.NEVER;
    }),
  widget: { kind: 'none' },
};

const expiring: Argument<number, false> = {
  label: 'Expiring',
  summary: 'only organisations with access that ends within so many days',
  example: '30',
  required: false,
  schema: () =>
    z.coerce
      .number('Give a number of days, such as 30.')
      .int('Give whole days.')
      .min(0, 'Give 0 days or more.')
      .max(3660, 'Give at most 3660 days.'),
  widget: { kind: 'none' },
};

export const listOrgs = defineOperation({
  name: 'list-orgs',
  verb: 'orgs',
  summary: 'List organisations and their access, all or by code, name, module or coming end',
  role: 'viewer',
  effect: 'reads',
  example: 'orgs heathrow',
  args: {
    search: {
      ...arg.optional(
        arg.words('Text', 'the beginning of a code, or a part of a name', { maxLength: 100, example: 'heathrow' }),
      ),
      positional: true,
      takesWord: () => true,
      widget: { kind: 'none' },
    },
    module: oneModule,
    expiring,
    after: {
      ...arg.optional(arg.newCode),
      label: 'After',
      summary: 'begin behind this code',
      example: 'LHR',
      widget: { kind: 'none' },
    },
  },

  async run(context, { search, module, expiring: days, after }): Promise<Listed> {
    const { now } = context.moment;
    const endsBy = days === undefined ? undefined : new Date(now.getTime() + days * DAY_MS);
    const filter = { text: search, module, endsBy, now };
    const limit = context.actor.face === 'slack' ? PAGE_SIZE : undefined;
    const { platform } = context.databases;
    const organisations = await listOrganisations(platform, filter, { limit, after });
    const complete = limit === undefined || (!after && organisations.length < limit);
    return { organisations, total: complete ? organisations.length : await countOrganisations(platform, filter) };
  },

  report: ({ organisations, total }, context): Report => {
    const last = organisations.at(-1);
    if (!last) return { tone: 'info', title: noneFound(context), offers: paging(context, undefined) };
    const rows = organisations.map((organisation) => [
      organisation.code,
      organisation.name,
      modulesCell(organisation, context.moment),
    ]);
    return {
      tone: 'info',
      title:
        total === 1
          ? '1 organisation'
          : `${total.toLocaleString('en-GB')} organisations${organisations.length < total ? `, ${rows[0]?.[0]} to ${last.code} here` : ''}`,
      parts: [{ kind: 'table', columns: ['Code', 'Name', 'Access'], rows }],
      offers:
        organisations.length < total ? paging(context, organisations.length === PAGE_SIZE ? last.code : undefined) : [],
    };
  },

  json: ({ organisations }) => organisations,
  csv: ({ organisations }) => [
    ['code', 'name', 'createdAt', 'module', 'status', 'validFrom', 'validUntil'],
    ...organisations.flatMap(({ code, name, createdAt, modules }) => {
      const first = [code, name, createdAt.toISOString()];
      if (modules.length === 0) return [[...first, '', '', '', '']];
      return modules.map(({ key, status, validFrom, validUntil }) => [
        ...first,
        key,
        status,
        validFrom.toISOString(),
        validUntil?.toISOString() ?? '',
      ]);
    }),
  ],
});

function modulesCell({ modules }: ListedOrganisation, moment: Moment): string {
  return modules.map((access) => `${access.key} (${accessWords(access, moment)})`).join(', ') || 'none';
}

function noneFound({ raw }: Context): string {
  if (raw.after) return 'No more organisations.';
  return Object.keys(raw).length > 0
    ? 'No organisation matches.'
    : 'There are no organisations yet. “create-org” makes the first.';
}

function paging({ raw }: Context, last: string | undefined): Offer[] {
  const { after, ...first } = raw;
  const start: Offer[] = after ? [{ label: 'From the start', operation: 'list-orgs', input: first }] : [];
  return last
    ? [{ label: `Next ${PAGE_SIZE}`, operation: 'list-orgs', input: { ...first, after: last } }, ...start]
    : start;
}
