import { z } from 'zod';
import {
  DEFAULT_HOURS,
  EMERGENCY_CODE,
  endOf,
  isAllowedHours,
  isTooLong,
  MOST_HOURS,
  readWish,
} from '../domain/emergency.ts';
import { showDate, showTime } from '../domain/end-date.ts';
import { Emergency } from '../models/emergency.ts';
import { forgetAccess } from './access-cache.ts';
import { noteGiven } from './emergencies/note-emergency.ts';
import { type Opened, openEmergency } from './emergencies/open-emergency.ts';
import { isOver, REVIEW } from './emergencies/review-due.ts';
import { skippedPeople } from './emergencies/skipped-people.ts';
import { called } from './organisation-found.ts';
import * as arg from './service/arguments.ts';
import { type Argument, type Context, defineOperation, type Unless } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

const LEAST_REASON = 10;
const HOURS = `Give from 1 to ${MOST_HOURS} hours.`;

const words = arg.words(
  'Reason',
  `why; at least ${LEAST_REASON} characters, since everybody reads it. “for 6h” says for how long`,
  {
    maxLength: 500,
    example: 'nobody can log in',
    multiline: true,
  },
);

const reason: Argument<string, true> & { readonly positional: true } = {
  ...words,
  positional: true,
  takesWord: () => true,
  schema: (moment) =>
    words
      .schema(moment)
      .refine((typed) => readWish(typed).why.length >= LEAST_REASON, {
        error: `Say why in ${LEAST_REASON} characters or more: everybody reads it, now and afterwards.`,
      })
      .refine((typed) => isAllowedHours(readWish(typed).hours ?? DEFAULT_HOURS), { error: HOURS }),
};

const hours: Argument<number, false> = {
  label: 'Hours',
  summary: `for how many hours, from 1 to ${MOST_HOURS}; ${DEFAULT_HOURS} without it`,
  example: String(DEFAULT_HOURS),
  required: false,
  onlyDashed: true,
  schema: () =>
    z
      .union([z.number(), z.string().transform((typed) => Number(typed.trim().replace(/\s*h(ours?)?$/i, '')))], HOURS)
      .refine(isAllowedHours, { error: HOURS }),
  widget: { kind: 'text', maxLength: 8 },
};

interface Wish {
  readonly reason: string;
  readonly hours?: number | undefined;
}

interface Given extends Opened {
  readonly why: string;
  readonly cacheNote: Part | undefined;
  /** Whoever looks after emergencies tells of it; else the answer does, and these are told besides the channel. */
  readonly isNoted: boolean;
  readonly skipped: readonly string[];
}

export const emergencyAccess = defineOperation({
  name: 'emergency-access',
  verb: 'emergency-access',
  summary: `Open the emergency organisation ${EMERGENCY_CODE} with all modules, for some hours`,
  role: 'operator',
  effect: 'changes',
  restartable: true,
  emergency: true,
  secondPerson: true,
  aloneUnless: (context, input: Wish) => mustNotGoAlone(context, input),
  example: 'emergency-access nobody can log in for 4h',
  args: { reason, hours },

  async run(context, input): Promise<Given> {
    const wish = wishOf(input);
    const opened = await openEmergency(context, wish);
    const moduleKeys = opened.changed.map(({ moduleKey }) => moduleKey);
    const [cacheNote, isNoted, skipped] = await Promise.all([
      forgetAccess(context, [{ organisationId: opened.organisation.id, moduleKeys }]),
      moduleKeys.length > 0 ? noteGiven(context, { ...opened, why: wish.why }) : true,
      context.unapproved ? skippedPeople(context, context.actor.id) : [],
    ]);
    return { ...opened, why: wish.why, cacheNote, isNoted, skipped };
  },

  trace: ({ changed, until, why }) => ({
    subjects: [EMERGENCY_CODE],
    before: Object.fromEntries(changed.map(({ moduleKey, was }) => [moduleKey, was])),
    after: { why, ...Object.fromEntries(changed.map(({ moduleKey }) => [moduleKey, { status: 'active', until }])) },
  }),

  report: (given, context): Report => {
    const { organisation, changed, cacheNote } = given;
    const title = titleOf(given, context);
    if (changed.length === 0) return { tone: 'unchanged', title, offers: [END] };
    const without = context.unapproved ? [{ kind: 'text', text: `Given ${context.unapproved.words}.` } as const] : [];
    return {
      tone: 'attention',
      title,
      parts: [...without, ...(cacheNote ? [cacheNote] : []), { kind: 'note', text: AFTERWARDS }],
      offers: [END, { label: `Show ${organisation.code}`, operation: 'show-org', input: { org: organisation.code } }],
      ...news(given, context),
    };
  },

  json: ({ organisation: { code }, until, changed }) => ({ code, until, changed: changed.map((one) => one.moduleKey) }),
});

const END = {
  label: 'End it now',
  operation: 'end-emergency-access',
  input: {},
  confirm: 'End emergency access now?',
} as const;
const AFTERWARDS =
  'It ends by itself. Afterwards somebody has to fill in the review (“review-emergency”) before it is given without a second person again.';

function wishOf({ reason: typed, hours: given }: Wish): { why: string; hours: number } {
  const { why, hours: inWords } = readWish(typed);
  return { why, hours: given ?? inWords ?? DEFAULT_HOURS };
}

/** One whose review is missing, or that would be open for more than a day in all, needs a second person. */
async function mustNotGoAlone(
  { databases: { ledger }, clock, settings }: Context,
  input: Wish,
): Promise<Unless | undefined> {
  const now = clock.now();
  const unreviewed = await withLedger(() => Emergency.unreviewed(ledger));
  const due = unreviewed.find((emergency) => isOver(emergency, now));
  if (due) {
    const because = `The review of the emergency access of ${showDate(due.beganAt, settings.timeZone)} is missing, so it is not given without a second person.`;
    return { because, offers: [REVIEW] };
  }
  const open = unreviewed.at(-1);
  if (!open || !isTooLong(open.beganAt, endOf(now, wishOf(input).hours))) return undefined;
  const because = `Emergency access would be open for more than ${MOST_HOURS} hours in all, so a second person has to agree.`;
  return { because, offers: [] };
}

function titleOf({ organisation, changed, until, before }: Given, { settings: { timeZone } }: Context): string {
  const end = until ? `until ${showTime(until, timeZone)}` : 'with no end';
  if (changed.length === 0) return `Emergency access is open ${end} already. Nothing was changed.`;
  if (before !== undefined) return `Emergency access is extended: ${called(organisation)} has every module ${end}.`;
  return `Emergency access is open: ${called(organisation)} has every module ${end}.`;
}

/** Only where nobody else tells of it. */
function news({ isNoted, until, why, skipped }: Given, { unapproved, settings }: Context): Partial<Report> {
  if (isNoted) return {};
  const end = until ? `until ${showTime(until, settings.timeZone)}` : 'with no end';
  const without = unapproved ? `; ${unapproved.words}` : '';
  return { announcement: `opened emergency access ${end}, because ${why}${without}`, announceTo: skipped };
}
