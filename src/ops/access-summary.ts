import { counted } from '../domain/counted.ts';
import { showDate } from '../domain/end-date.ts';
import { beginOfLastMonth } from '../domain/past-moment.ts';
import { type ModuleChanges, type ModuleSummary, summariseAccess } from '../models/access-summary.ts';
import { defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';
import { since as sinceArgument } from './since.ts';

const SOON_DAYS = 30;
const DAY_MS = 86_400_000;
/** What a chart's label takes, and how many. */
const LABEL = 20;
const LABELS = 20;

interface Summary {
  readonly since: Date;
  readonly until: Date;
  readonly modules: readonly ModuleSummary[];
}

export const accessSummary = defineOperation({
  name: 'access-summary',
  verb: 'access-summary',
  summary: 'Sum up the access to each module, and what was changed since the beginning of last month',
  role: 'viewer',
  effect: 'reads',
  example: 'access-summary since 2026-10-01',
  args: { since: { ...sinceArgument, example: '2026-10-01' } },

  async run({ databases, moment }, { since = beginOfLastMonth(moment) }): Promise<Summary> {
    const { now } = moment;
    const soon = new Date(now.getTime() + SOON_DAYS * DAY_MS);
    return { since, until: now, modules: await summariseAccess(databases.platform, { since, now, soon }) };
  },

  report: ({ since, modules }, { settings: { timeZone } }): Report => {
    const active = modules.reduce((sum, one) => sum + one.active, 0);
    const ending = modules.reduce((sum, one) => sum + one.ending, 0);
    const ends = ending === 0 ? 'None ends' : `${ending.toLocaleString('en-GB')} ${ending === 1 ? 'ends' : 'end'}`;
    return {
      tone: 'info',
      title: `${counted(active, 'active access', 'active accesses')} to modules. ${ends} within ${SOON_DAYS} days. Since ${showDate(since, timeZone)}: ${changeWords(modules)}.`,
      parts: [chart(modules), { kind: 'table', columns: COLUMNS, rows: modules.map(row) }],
      offers:
        ending > 0 ? [{ label: 'List what ends', operation: 'list-orgs', input: { expiring: `${SOON_DAYS}` } }] : [],
    };
  },

  json: ({ since, until, modules }) => ({ since, until, modules }),
  csv: ({ modules }) => [
    ['module', 'active', 'ending', 'expired', 'suspended', ...CHANGES.map((kind) => `changes.${kind}`)],
    ...modules.map(({ module, active, ending, expired, suspended, changes }) => [
      module,
      ...[active, ending, expired, suspended].map(String),
      ...CHANGES.map((kind) => String(changes[kind])),
    ]),
  ],
});

const CHANGES: readonly (keyof ModuleChanges)[] = ['granted', 'extended', 'shortened', 'revoked', 'expired'];
const COLUMNS = ['Module', 'Active', `Ends in ${SOON_DAYS} days`, 'Expired', 'Suspended', 'Changes'];

function row({ module, active, ending, expired, suspended, changes }: ModuleSummary): string[] {
  return [
    module,
    ...[active, ending, expired, suspended].map((count) => count.toLocaleString('en-GB')),
    changeWords([{ changes }]),
  ];
}

/** `3 granted, 1 revoked` */
function changeWords(modules: readonly Pick<ModuleSummary, 'changes'>[]): string {
  const words = CHANGES.flatMap((kind) => {
    const count = modules.reduce((sum, { changes }) => sum + changes[kind], 0);
    return count > 0 ? [`${count.toLocaleString('en-GB')} ${kind}`] : [];
  });
  return words.join(', ') || 'no change';
}

function chart(modules: readonly ModuleSummary[]): Part {
  const shown = modules.slice(0, LABELS);
  return {
    kind: 'chart',
    shape: 'bar',
    title: 'Organisations with access',
    labels: shown.map(({ module }) => module.slice(0, LABEL)),
    series: [
      { name: 'Active', values: shown.map(({ active }) => active) },
      { name: `Ends within ${SOON_DAYS} days`, values: shown.map(({ ending }) => ending) },
    ],
  };
}
