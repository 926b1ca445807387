import { DEFAULT_HOURS, EMERGENCY_CODE } from '../domain/emergency.ts';
import type { Offer } from '../errors.ts';
import { forgetAccess } from './access-cache.ts';
import { END as END_OFFER, endWords } from './emergencies/emergency-badge.ts';
import { type EmergencyWish, wishArguments, wishOf } from './emergencies/emergency-wish.ts';
import { mustNotGoAlone, reviewUnseen } from './emergencies/must-not-go-alone.ts';
import { noteGiven } from './emergencies/note-emergency.ts';
import { type Opened, openEmergency } from './emergencies/open-emergency.ts';
import { skippedPeople } from './emergencies/skipped-people.ts';
import { called } from './organisation-found.ts';
import { type Context, defineOperation, type Unapproved } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';
import { LEDGER_DOWN } from './service/second-person.ts';

interface Given extends Opened {
  readonly why: string;
  readonly cacheNote: Part | undefined;
  /** Whoever looks after emergencies tells of it; else the answer does, and these are told besides the channel. */
  readonly isNoted: boolean;
  readonly skipped: readonly string[];
  /** What nobody could tell of an earlier one, with the ledger down. */
  readonly unseen: string | undefined;
}

export const emergencyAccess = defineOperation({
  name: 'emergency-access',
  verb: 'emergency-access',
  summary: `Open the emergency organisation ${EMERGENCY_CODE} with all modules, for ${DEFAULT_HOURS} hours or as many as are said`,
  role: 'operator',
  effect: 'changes',
  restartable: true,
  emergency: true,
  secondPerson: true,
  aloneUnless: (context, input: EmergencyWish) => mustNotGoAlone(context, wishOf(input).hours),
  example: 'emergency-access nobody can log in for 4h',
  args: wishArguments,

  async run(context, input): Promise<Given> {
    const wish = wishOf(input);
    const opened = await openEmergency(context, wish);
    const moduleKeys = opened.changed.map(({ moduleKey }) => moduleKey);
    const [cacheNote, isNoted, skipped, unseen] = await Promise.all([
      forgetAccess(context, [{ organisationId: opened.organisation.id, moduleKeys }]),
      moduleKeys.length > 0 ? noteGiven(context, { ...opened, why: wish.why }) : true,
      context.unapproved ? skippedPeople(context, context.actor.id) : [],
      context.unapproved === LEDGER_DOWN ? reviewUnseen(context) : undefined,
    ]);
    return { ...opened, why: wish.why, cacheNote, isNoted, skipped, unseen };
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
    const without = context.unapproved
      ? [{ kind: 'text', text: withoutWords(context.unapproved, given) } as const]
      : [];
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

const END: Offer = { ...END_OFFER, label: 'End it now' };
const AFTERWARDS =
  'It ends by itself. Afterwards somebody has to fill in the review (“review-emergency”) before it is given without a second person again.';

function withoutWords({ rule, words }: Unapproved, { unseen }: Given): string {
  if (rule === 'forced') return `F${words.slice(1)}.`;
  return `Given ${words}.${unseen ? ` W${unseen.slice(1)}.` : ''}`;
}

function titleOf({ organisation, changed, until, before, isOver }: Given, { settings }: Context): string {
  const end = endWords(until, settings);
  if (changed.length === 0) return `Emergency access is open ${end} already. Nothing was changed.`;
  if (isOver) return 'Emergency access was opened, and has ended since.';
  if (before !== undefined) return `Emergency access is extended: ${called(organisation)} has every module ${end}.`;
  return `Emergency access is open: ${called(organisation)} has every module ${end}.`;
}

/** Only where nobody else tells of it. */
function news({ isNoted, until, why, skipped, unseen }: Given, { unapproved, settings }: Context): Partial<Report> {
  if (isNoted) return {};
  const end = endWords(until, settings);
  const without = [unapproved?.words, unseen].flatMap((words) => (words ? `; ${words}` : [])).join('');
  return { announcement: `opened emergency access ${end}, because ${why}${without}`, announceTo: skipped };
}
