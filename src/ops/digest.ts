import { counted } from '../domain/counted.ts';
import { showTime } from '../domain/end-date.ts';
import { lastSlots } from '../models/schedule-history.ts';
import { reviewOfAccess } from './rounds/digest-access-review.ts';
import { openApprovals } from './rounds/digest-approvals.ts';
import { availabilitySince } from './rounds/digest-availability.ts';
import { backups } from './rounds/digest-backups.ts';
import { emergencyOpen } from './rounds/digest-emergency.ts';
import { accessThatEnds } from './rounds/digest-ending-access.ts';
import { failedRuns } from './rounds/digest-failures.ts';
import { healthNow } from './rounds/digest-health.ts';
import { errorLogs } from './rounds/digest-logs.ts';
import { type DigestSection, lookAtAll, type Span, type Subject } from './rounds/digest-section.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Reply, Report } from './service/report.ts';

const DAY_MS = 86_400_000;
/** A digest about longer than this is none: after a long pause it begins here. */
const LONGEST_MS = 31 * DAY_MS;
/** What waits is counted beyond this, not listed. */
const SHOWN = 8;

/** In the order in which people want to know. */
const SUBJECTS: readonly Subject[] = [
  emergencyOpen,
  healthNow,
  availabilitySince,
  backups,
  errorLogs,
  failedRuns,
  openApprovals,
  accessThatEnds,
  reviewOfAccess,
];

interface Digest {
  readonly span: Span;
  readonly sections: readonly DigestSection[];
}

export const digest = defineOperation({
  name: 'digest',
  verb: 'digest',
  summary: 'Say how everything stands, and what waits for somebody',
  role: 'viewer',
  effect: 'reads',
  evenWhenDown: true,
  example: 'digest',
  args: {},

  async run(context): Promise<Digest> {
    const span = { since: await lastDigest(context), now: context.moment.now, timeZone: context.moment.timeZone };
    return { span, sections: await lookAtAll(context, SUBJECTS, span) };
  },

  report: ({ span, sections }, { settings: { environment } }): Report => {
    const needs = sections.flatMap((section) => section.needs);
    const rest = needs.length - SHOWN;
    const items = [...needs.slice(0, SHOWN), ...(rest > 0 ? [`… and ${rest} more, below`] : [])];
    return {
      tone: needs.length > 0 ? 'attention' : 'info',
      title:
        needs.length > 0
          ? `${counted(needs.length, 'thing')} in ${environment} ${needs.length === 1 ? 'needs' : 'need'} you.`
          : `All is well in ${environment}: nothing needs you.`,
      parts: [
        { kind: 'list', items },
        { kind: 'note', text: `What happened since ${showTime(span.since, span.timeZone)}.` },
      ],
      thread: threadOf(sections),
    };
  },

  json: ({ span, sections }) => ({ since: span.since, needs: sections.flatMap(({ needs }) => needs), sections }),
});

/** One reply a subject; those of which there is nothing more to say share one. */
function threadOf(sections: readonly DigestSection[]): Reply[] {
  const quiet = sections.filter(({ needs, report }) => needs.length === 0 && (report.parts ?? []).length === 0);
  const told = sections.filter((section) => !quiet.includes(section)).map(({ report }) => report);
  if (quiet.length === 0) return told;
  const items = quiet.map(({ report }) => report.title);
  return [...told, { tone: 'info', title: 'Of the rest there is nothing to say.', parts: [{ kind: 'list', items }] }];
}

/** When the schedule last gave one; without any, a day ago. */
async function lastDigest({ databases: { ledger }, settings, moment: { now }, log }: Context): Promise<Date> {
  const aDayAgo = new Date(now.getTime() - DAY_MS);
  const entries = (settings.policy?.schedule ?? []).filter(({ operation }) => operation === 'digest');
  if (entries.length === 0) return aDayAgo;
  try {
    const slots = await lastSlots(
      ledger,
      entries.map(({ name }) => name),
      { before: now, states: ['done'] },
    );
    const last = Math.max(0, ...[...slots.values()].map(({ slot }) => slot.getTime()));
    return last === 0 ? aDayAgo : new Date(Math.max(last, now.getTime() - LONGEST_MS));
  } catch (error) {
    log.warn({ err: error }, 'when the last digest was given could not be read');
    return aDayAgo;
  }
}
