import { type Approvals, canBeMet, personOf, ruleFor } from '../../domain/approval-rule.ts';
import { showTime } from '../../domain/end-date.ts';
import { UserError } from '../../errors.ts';
import { Approval } from '../../models/approval.ts';
import type { Actor, ApprovalRule, Policy, Ports } from '../../ports.ts';
import type { Look } from '../service/look-first.ts';
import type { Arguments, Context, InputOf, Unapproved, Unless } from '../service/operation.ts';
import type { Waiting } from '../service/recorder.ts';
import type { Part, Report } from '../service/report.ts';
import type { RunDraft } from '../service/run-rows.ts';
import { NOBODY_TO_ASK, PERSON_UNKNOWN } from '../service/second-person.ts';
import { membersOf, stillNeeded } from './approvers.ts';

/** What lets a run wait for a second person, in the transaction that stores it, and what whoever asked is told. */
export interface ApprovalRequested {
  readonly also: Waiting['also'];
  readonly report: Report;
  /** When it goes on without a second person, should nobody answer; undefined: it expires. */
  readonly aloneAt: Date | undefined;
}

const DEFAULT_ALONE_MS = 10 * 60_000;

/** Where nobody could ever approve it, throws UserError, or returns why it goes on alone now. */
export async function openApproval(
  ports: Ports,
  run: RunDraft,
  { look: { hash }, context, input }: { look: Look; context: Context; input: InputOf<Arguments> },
): Promise<ApprovalRequested | Unapproved> {
  const { operation, actor } = run.request;
  const rule = ruleFor(operation, ports.settings.policy);
  if (!rule) throw new Error(`${operation.name} waits for nobody`);
  const unless = await operation.aloneUnless?.(context, input);
  const mayGoAlone = operation.aloneUnless !== undefined && !unless;
  const askedBy = askerOf(actor, ports.settings.policy);
  const refused = (words: string) => new UserError(unless ? `${unless.because} ${words}` : words, unless?.offers);
  if (askedBy.startsWith('cli:')) {
    if (mayGoAlone) return PERSON_UNKNOWN;
    throw refused(unmapped(operation.verb, actor.onBehalfOf ?? actor));
  }
  const members = await membersOf(ports, rule);
  const asked = { rule, askedBy, approvers: [], members };
  if (!canBeMet(asked) && !(mayGoAlone && isSomebodyUnseen(ports, rule))) {
    if (mayGoAlone) return NOBODY_TO_ASK;
    throw refused(nobody(operation.verb));
  }
  return request(ports, run, { hash, asked, mayGoAlone, unless });
}

interface Asked {
  readonly hash: string;
  readonly asked: Approvals;
  readonly mayGoAlone: boolean;
  readonly unless: Unless | undefined;
}

async function request(
  ports: Ports,
  { id: runId }: RunDraft,
  { hash, asked, mayGoAlone, unless }: Asked,
): Promise<ApprovalRequested> {
  const { rule, askedBy } = asked;
  const waitMs = mayGoAlone ? (ports.settings.emergency?.waitMs ?? DEFAULT_ALONE_MS) : rule.waitMs;
  const nudgeAfterMs = rule.nudge && Math.min(rule.nudge.afterMs, waitMs / 2);
  const needed = await stillNeeded(ports, asked);
  const until = new Date(ports.clock.now().getTime() + waitMs);
  const at = showTime(until, ports.settings.timeZone);
  const end = mayGoAlone
    ? `If nobody answers by ${at}, it goes on without, and everybody hears of that.`
    : `If nobody approves it, it expires at ${at}.`;
  const note: Part = { kind: 'note', text: `Run ${runId.slice(0, 8)}. ${end}` };
  return {
    also: async (trx) => {
      await Approval.open(trx, { runId, hash, askedBy, waitMs, nudgeAfterMs, goesAlone: mayGoAlone });
    },
    aloneAt: mayGoAlone ? until : undefined,
    report: {
      tone: 'info',
      title: `This waits for a second person: ${needed}. Nothing was changed yet.`,
      parts: unless ? [{ kind: 'text', text: unless.because }, note] : [note],
      offers: [...(unless?.offers ?? []), { label: 'Cancel', operation: 'cancel-run', input: { run: runId } }],
    },
  };
}

/** Who is in a group is not known where Slack is not asked; they may answer there all the same. */
function isSomebodyUnseen({ directory }: Ports, { from }: ApprovalRule): boolean {
  return !directory && from.some(({ groups }) => groups.length > 0);
}

/** The person who asked, whatever the face: who approves must be another one. */
function askerOf(actor: Actor, policy: Policy | undefined): string {
  const person = actor.onBehalfOf ?? actor;
  return personOf(person, policy) ?? person.id;
}

/** Nobody could tell whether the second person is another one. */
function unmapped(verb: string, { osUser }: Actor): string {
  return `“${verb}” needs a second person, and capops.yml does not say who ${osUser} is in Slack, so the second could be the same. Nothing was changed. Ask in Slack, have an admin of CapOps add your Slack id under terminal.users, or go on here with --force --reason.`;
}

function nobody(verb: string): string {
  return `“${verb}” needs a second person, and capops.yml names too few besides you who could approve it. Nothing was changed. Ask an admin of CapOps to name more under approvals, or go on in the terminal with --force --reason.`;
}
