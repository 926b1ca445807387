import { sentence } from '../../domain/emergency.ts';
import { showTime } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import { Approval } from '../../models/approval.ts';
import type { Emergency, EmergencyGrant } from '../../models/emergency.ts';
import type { Ports, Settings } from '../../ports.ts';
import type { Report } from '../service/report.ts';
import { signed } from '../service/signed.ts';
import { END, endWords, grantWords } from './emergency-badge.ts';
import { REVIEW } from './review-due.ts';

type Where = Pick<Settings, 'environment' | 'timeZone'>;

/** That emergency access was given, and who was passed over. */
export async function grantNews(
  { settings, directory, databases }: Pick<Ports, 'settings' | 'directory' | 'databases'>,
  { emergency, grant, skipped }: { emergency: Emergency; grant: EmergencyGrant; skipped: readonly string[] },
): Promise<Report> {
  const { timeZone, environment } = settings;
  const act = isFirst(emergency, grant) ? 'opened' : 'extended';
  const without = grant.how === 'approved' ? '' : ', without a second person';
  const end = endWords(grant.endsAt, { timeZone });
  const names = await Promise.all(skipped.map(async (id) => (await directory?.person(id))?.name || id));
  const declined = grant.how === 'alone' ? await decliners(databases.ledger, grant.id) : [];
  const though = declined.length > 0 ? `, though ${listWords(declined)} had declined it` : '';
  return {
    tone: 'attention',
    title: `Emergency access to ${environment} was ${act} ${end}${without}${though}, by ${grant.givenTo}.${grant.why && ` Why: ${sentence(grant.why)}`}`,
    parts: names.length > 0 ? [{ kind: 'note', text: passedOver(names) }] : [],
    ...(emergency.endedAt ? {} : { offers: [END] }),
  };
}

/** Whoever gave it from a terminal that could not see the ledger did not know. */
async function decliners(ledger: Ports['databases']['ledger'], runId: string): Promise<string[]> {
  const { decisions = [] } = (await Approval.of(ledger, runId)) ?? {};
  return decisions
    .filter(({ decision }) => decision === 'decline')
    .map(({ name, actorId }) => signed({ name, id: actorId }));
}

export function isFirst({ grants }: Emergency, { id }: EmergencyGrant): boolean {
  return grants?.[0]?.id === id;
}

function passedOver(names: readonly string[]): string {
  return `Passed over: ${listWords(names)}. Where this is not right, end it.`;
}

/** What the message of its opening says once it is over. */
export function overNews(emergency: Emergency, { timeZone }: Where): Report {
  const items = (emergency.grants ?? []).map((grant) => grantWords(grant, timeZone));
  return { tone: 'info', title: endTitle(emergency, timeZone), parts: [{ kind: 'list', items }] };
}

/** That it is over, with the way to the review, or with the review. */
export function endNews(emergency: Emergency, { timeZone }: Where): Report {
  const { reviewedBy, whatHappened, whatWasDone, grants = [] } = emergency;
  const title = endTitle(emergency, timeZone);
  if (reviewedBy) {
    const facts = [
      ['Reviewed by', reviewedBy],
      ['What happened', whatHappened ?? ''],
      ['What was done', whatWasDone ?? ''],
    ] as const;
    return { tone: 'info', title, parts: [{ kind: 'facts', facts }] };
  }
  return {
    tone: 'attention',
    title: `${title} The review is due: what happened, and what was done.`,
    parts: [
      { kind: 'list', items: grants.map((grant) => grantWords(grant, timeZone)) },
      { kind: 'note', text: 'Until it is filled in, emergency access is not given without a second person.' },
    ],
    offers: [REVIEW],
  };
}

function endTitle({ beganAt, endedAt, endedBy }: Emergency, timeZone: string): string {
  const ended = endedAt ? ` at ${showTime(endedAt, timeZone)}` : '';
  return `The emergency access of ${showTime(beganAt, timeZone)} ended${ended}, ${endedBy ? `by ${endedBy}` : 'by itself'}.`;
}
