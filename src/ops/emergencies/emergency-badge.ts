import { showTime } from '../../domain/end-date.ts';
import type { Offer } from '../../errors.ts';
import type { Emergency, EmergencyGrant } from '../../models/emergency.ts';
import type { Reply } from '../service/report.ts';
import type { EmergencyStand } from './emergency-stand.ts';
import { isOver, REVIEW } from './review-due.ts';

interface Moment {
  readonly now: Date;
  readonly timeZone: string;
}

export const END: Offer = {
  label: 'End emergency access',
  operation: 'end-emergency-access',
  input: {},
  confirm: 'End emergency access now?',
};

/** What everybody is to see of emergency access while it is open, or its review is missing. Undefined: there is nothing to see. */
export function emergencyBadge({ sight, unreviewed }: EmergencyStand, moment: Moment): Reply | undefined {
  const isLedgerKnown = unreviewed !== 'unknown';
  const known = isLedgerKnown ? unreviewed : [];
  const due = known.filter((emergency) => isOver(emergency, moment.now));
  const open = known.find((emergency) => !isOver(emergency, moment.now));
  if (sight !== 'unknown') {
    if (sight?.open) {
      const title = `Emergency access is open ${endWords(sight.open.until, moment)}.`;
      return openReply(title, { open, due, isLedgerKnown, moment });
    }
    // Nobody has noted its end yet.
    const over = open ? [...due, open] : due;
    return over.length > 0 ? reviewReply(over, moment) : undefined;
  }
  if (open) {
    const title = `Emergency access is open ${endWords(open.endsAt, moment)}, as far as is known: the platform’s database does not answer.`;
    return openReply(title, { open, due, isLedgerKnown, moment });
  }
  if (due.length > 0) return reviewReply(due, moment);
  if (isLedgerKnown) return undefined;
  const title = 'Whether emergency access is open is not known: neither database answers.';
  return { tone: 'attention', title };
}

interface Facts {
  readonly open: Emergency | undefined;
  readonly due: readonly Emergency[];
  readonly isLedgerKnown: boolean;
  readonly moment: Moment;
}

function openReply(title: string, { open, due, isLedgerKnown, moment }: Facts): Reply {
  const items = (open?.grants ?? []).map((grant) => grantWords(grant, moment.timeZone));
  const note = isLedgerKnown
    ? []
    : [
        {
          kind: 'note',
          text: 'To whom and why, and whether a review is due, is not known: the ledger does not answer.',
        } as const,
      ];
  const missing = due.map((emergency) => ({ kind: 'text', text: dueWords(emergency, moment) }) as const);
  return {
    tone: 'attention',
    title,
    parts: [...(items.length > 0 ? [{ kind: 'list', items } as const] : []), ...missing, ...note],
    offers: [END, ...(due.length > 0 ? [REVIEW] : [])],
  };
}

function reviewReply(due: readonly Emergency[], moment: Moment): Reply {
  const [first, ...others] = due;
  return {
    tone: 'attention',
    title: first ? dueWords(first, moment) : '',
    parts: others.map((emergency) => ({ kind: 'text', text: dueWords(emergency, moment) })),
    offers: [REVIEW],
  };
}

export function dueWords({ beganAt }: Emergency, { timeZone }: Moment): string {
  return `The review of the emergency access of ${showTime(beganAt, timeZone)} is missing.`;
}

export function endWords(end: Date | null, { timeZone }: Pick<Moment, 'timeZone'>): string {
  return end ? `until ${showTime(end, timeZone)}` : 'with no end';
}

const HOW: Readonly<Record<EmergencyGrant['how'], string>> = {
  approved: 'approved by a second person',
  alone: 'without a second person',
  forced: 'forced without a second person',
  'by hand': 'by hand, not with “emergency-access”',
};

/** `Omar (slack:U0OMAR), 22 Nov 2026, 12:00 UTC, without a second person: nobody can log in`. */
export function grantWords({ givenTo, givenAt, how, why }: EmergencyGrant, timeZone: string): string {
  return `${givenTo}, ${showTime(givenAt, timeZone)}, ${HOW[how]}${why ? `: ${why}` : ''}`;
}
