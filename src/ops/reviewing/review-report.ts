import { counted } from '../../domain/counted.ts';
import { showDate, showEnd, showTime } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import type { Offer } from '../../errors.ts';
import { type AccessReview, progressOf, type ReviewItem } from '../../models/access-review.ts';
import { called } from '../organisation-found.ts';
import type { Part, Report } from '../service/report.ts';

interface Shown {
  readonly review: AccessReview;
  readonly timeZone: string;
}

/** The message in whose thread the parts are. */
export function reviewReport({ review, timeZone }: Shown): Report {
  const { items = [], beganAt, leftOut, closedAt } = review;
  const { answered, unanswered } = progressOf(items);
  const name = `Access review of ${showDate(beganAt, timeZone)}`;
  const asked = `${counted(answered + unanswered, 'organisation')} with ${counted(items.length, 'access', 'accesses')}`;
  const notes: Part[] = [
    { kind: 'text', text: HOW },
    ...(leftOut > 0 ? [{ kind: 'note', text: leftOutWords(leftOut) } as const] : []),
  ];
  if (closedAt) {
    const left = unanswered === 0 ? 'All were answered.' : `${counted(unanswered, 'organisation')} stayed unanswered.`;
    return { tone: 'info', title: `${name}: closed. ${left}` };
  }
  if (unanswered === 0) return { tone: 'done', title: `${name}: ${asked}, all answered. Thank you.` };
  const sofar = answered === 0 ? '' : `; ${answered.toLocaleString('en-GB')} answered so far`;
  return { tone: 'attention', title: `${name}: ${asked}${sofar}.`, parts: notes };
}

const HOW =
  'In the thread: does each organisation still need what it has? Keep it, set an end, or revoke it. Each answer is recorded.';

function leftOutWords(leftOut: number): string {
  return `These are the ones that nobody has looked at for longest, those without an end first. ${counted(leftOut, 'further organisation')} with access: “pnpm ops:access-review --format csv” lists all.`;
}

/** Some of the organisations, with their buttons as far as they are unanswered. */
export function partReport({ review, timeZone }: Shown, part: number): Report {
  const { items = [], closedAt } = review;
  const parts = Math.max(...items.map((item) => item.part));
  const own = items.filter((item) => item.part === part);
  const organisations = [...Map.groupBy(own, ({ organisationId }) => organisationId).values()];
  const { answered, unanswered } = progressOf(own);
  const far = unanswered === 0 ? 'all answered' : `${answered} of ${organisations.length} answered`;
  const title = `Access review, part ${part} of ${parts}: ${closedAt ? 'closed' : far}.`;
  return {
    tone: unanswered === 0 || closedAt ? 'info' : 'attention',
    title,
    parts: [
      { kind: 'list', items: organisations.flatMap((rows) => answeredLines(rows, timeZone)), marked: true },
      { kind: 'list', items: closedAt ? organisations.flatMap((rows) => openLines(rows, timeZone)) : [] },
    ],
    ...(closedAt ? {} : { offers: organisations.flatMap((rows) => offers(rows, { review, timeZone })) }),
  };
}

/** What nobody has answered of an organisation; none, or one. */
function openLines(rows: readonly ReviewItem[], timeZone: string): string[] {
  const open = rows.filter(({ answer }) => answer === null);
  const [first] = open;
  return first ? [`${called(first)}: ${accessWords(open, timeZone)}. ${lastChange(open, timeZone)}`] : [];
}

function answeredLines(rows: readonly ReviewItem[], timeZone: string): string[] {
  const [first] = rows;
  if (!first) return [];
  const done = Map.groupBy(
    rows.filter(({ answer }) => answer !== null),
    (row) => answerWords(row, timeZone),
  );
  return [...done].map(
    ([words, of]) => `✓ ${called(first)}: ${listWords(of.map(({ moduleKey }) => moduleKey))} ${words}`,
  );
}

/** `assets and work with no end, planning until 31 Dec 2026` */
function accessWords(rows: readonly ReviewItem[], timeZone: string): string {
  const byEnd = Map.groupBy(rows, ({ validUntil }) =>
    validUntil ? `until ${showEnd(validUntil, timeZone)}` : 'with no end',
  );
  return [...byEnd].map(([end, of]) => `${listWords(of.map(({ moduleKey }) => moduleKey))} ${end}`).join(', ');
}

function lastChange(rows: readonly ReviewItem[], timeZone: string): string {
  const [last] = rows
    .filter(({ changedAt }) => changedAt !== null)
    .sort((a, b) => Number(b.changedAt) - Number(a.changedAt));
  if (!last?.changedAt) return 'No change on record.';
  return `Last change ${showDate(last.changedAt, timeZone)} by ${last.changedBy}.`;
}

function answerWords({ answer, answeredBy, answeredAt }: ReviewItem, timeZone: string): string {
  const when = answeredAt ? `, ${showTime(answeredAt, timeZone)}` : '';
  return `${answer} by ${answeredBy}${when}`;
}

function offers(rows: readonly ReviewItem[], { review, timeZone }: Shown): Offer[] {
  const open = rows.filter(({ answer }) => answer === null);
  const [first] = open;
  if (!first) return [];
  const { code } = first;
  const modules = open.map(({ moduleKey }) => moduleKey);
  const input = { org: code, module: modules.join(',') };
  const about = openLines(open, timeZone).join('');
  const reason = `the access review of ${showDate(review.beganAt, timeZone)}`;
  return [
    { label: `Keep ${code}`, operation: 'keep-access', input, leavesMessage: true, about },
    { label: `Set an end: ${code}`, operation: 'grant-module', input, form: true, about },
    {
      about,
      label: `Revoke ${code}`,
      operation: 'revoke-module',
      input: { ...input, reason },
      style: 'danger',
      confirm: `Take ${listWords(modules)} away from ${called(first)}?`,
      leavesMessage: true,
    },
  ];
}

/** Said once, in the thread, where answers are missing. */
export function nudgeReport({ review, timeZone }: Shown): Report {
  const { unanswered } = progressOf(review.items ?? []);
  const verb = unanswered === 1 ? 'waits' : 'wait';
  return {
    tone: 'attention',
    title: `${counted(unanswered, 'organisation')} of the access review of ${showDate(review.beganAt, timeZone)} still ${verb} for an answer, above in this thread.`,
  };
}
