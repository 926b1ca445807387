import { standing } from '../domain/access-change.ts';
import { counted } from '../domain/counted.ts';
import { showDate, showEnd } from '../domain/end-date.ts';
import type { Moment } from '../domain/moment.ts';
import { type OpenReview, openReview } from '../models/access-review.ts';
import { accessOnRecord, type KnownAccess } from '../models/reviewed-access.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

/** Organisations in one message in Slack; the terminal gets them all. */
const SHOWN = 40;

interface Looked {
  readonly access: readonly KnownAccess[];
  readonly review: OpenReview | undefined;
  readonly moment: Moment;
}

export const accessReview = defineOperation({
  name: 'access-review',
  verb: 'access-review',
  summary: 'List every organisation’s modules with their last change and end, and how far the review is',
  role: 'viewer',
  effect: 'reads',
  example: 'access-review',
  args: {},

  async run({ databases, moment }): Promise<Looked> {
    const [access, review] = await Promise.all([accessOnRecord(databases), openReview(databases.ledger)]);
    return { access, review, moment };
  },

  report: ({ access, review, moment }, { actor }): Report => {
    const open = access.filter((one) => standing(one, moment.now) === 'open');
    const organisations = [...Map.groupBy(open, ({ code }) => code).values()];
    const shown = actor.face === 'terminal' ? organisations : organisations.slice(0, SHOWN);
    const left = organisations.length - shown.length;
    return {
      tone: 'info',
      title: `${counted(organisations.length, 'organisation')} with access to modules. ${reviewWords(review, moment)}`,
      parts: [
        ...(shown.length > 0
          ? [{ kind: 'table', columns: COLUMNS, rows: shown.map((of) => row(of, moment)) } as const]
          : []),
        ...(left > 0
          ? [
              {
                kind: 'note',
                text: `… and ${counted(left, 'organisation')} more: pnpm ops:access-review --format csv`,
              } as const,
            ]
          : []),
      ],
      offers: review
        ? []
        : [
            {
              label: 'Begin a review',
              operation: 'open-access-review',
              input: {},
              confirm: 'Post the access review into the channel, in parts that people can work through?',
            },
          ],
    };
  },

  json: (looked) => {
    const { began, answered, unanswered } = looked.review ?? {};
    return { review: looked.review && { began, answered, unanswered }, access: dataOf(looked) };
  },
  csv: (looked) => [
    ['code', 'name', 'module', 'access', 'validUntil', 'changedAt', 'changedBy', 'keptAt', 'keptBy', 'answer'],
    ...dataOf(looked).map(
      ({ code, name, module, access, validUntil, changedAt, changedBy, keptAt, keptBy, answer }): string[] => [
        ...[code, name, module, access, iso(validUntil), iso(changedAt), changedBy ?? ''],
        ...[iso(keptAt), keptBy ?? '', answer],
      ],
    ),
  ],
});

const iso = (date: Date | null) => date?.toISOString() ?? '';

const COLUMNS = ['Organisation', 'Access', 'Last change', 'Kept'];

function reviewWords(review: OpenReview | undefined, { timeZone }: Moment): string {
  if (!review) return 'No access review is open.';
  const { began, answered, unanswered } = review;
  return `The access review of ${showDate(began, timeZone)}: ${answered} of ${counted(answered + unanswered, 'organisation')} answered.`;
}

function row(accesses: readonly KnownAccess[], { timeZone }: Moment): string[] {
  const [first] = accesses;
  const words = accesses.map(
    ({ moduleKey, validUntil }) => `${moduleKey} (${validUntil ? `until ${showEnd(validUntil, timeZone)}` : 'no end'})`,
  );
  const changed = newest(accesses, ({ changedAt }) => changedAt);
  const kept = newest(accesses, ({ keptAt }) => keptAt);
  return [
    `${first?.code} ${first?.name}`,
    words.join(', '),
    changed?.changedAt ? `${showDate(changed.changedAt, timeZone)}, ${changed.changedBy}` : '',
    kept?.keptAt ? `${showDate(kept.keptAt, timeZone)}, ${kept.keptBy}` : '',
  ];
}

function newest(accesses: readonly KnownAccess[], when: (access: KnownAccess) => Date | null): KnownAccess | undefined {
  return accesses.toSorted((a, b) => Number(when(b) ?? 0) - Number(when(a) ?? 0))[0];
}

function dataOf({ access, review, moment }: Looked) {
  const answers = new Map(review?.items.map((item) => [`${item.organisationId} ${item.moduleKey}`, item]));
  return access.map((one) => {
    const { organisationId, moduleKey: module, status: _, ...known } = one;
    const item = answers.get(`${organisationId} ${module}`);
    const answer = item ? (item.answer ?? 'unanswered') : '';
    return { ...known, module, access: standing(one, moment.now), answer };
  });
}
