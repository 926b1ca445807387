import { mayApprove, personOf } from '../domain/approval-rule.ts';
import { counted } from '../domain/counted.ts';
import { showTime } from '../domain/end-date.ts';
import type { Offer } from '../errors.ts';
import { Approval } from '../models/approval.ts';
import { askedWords, ruleOf } from './approving/approval-case.ts';
import { membersOf, stillNeeded } from './approving/approvers.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

/** As many as there are buttons for in one answer, two for each. */
const WITH_OFFERS = 12;

interface Open {
  readonly run: string;
  readonly askedBy: string;
  readonly asked: string;
  /** What the preview says in one sentence. */
  readonly preview: string | undefined;
  readonly approvedBy: readonly string[];
  readonly needed: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  /** What whoever looks may do about it. */
  readonly may: 'decide' | 'cancel' | undefined;
}

export const approvals = defineOperation({
  name: 'approvals',
  verb: 'approvals',
  summary: 'List what waits for a second person, and for whom',
  role: 'viewer',
  effect: 'reads',
  example: 'approvals',
  args: {},

  async run(context): Promise<readonly Open[]> {
    const open = await withLedger(() => Approval.listOpen(context.databases.ledger));
    return Promise.all(open.map((approval) => described(context, approval)));
  },

  report: (open, { settings: { timeZone }, service }): Report => {
    if (open.length === 0) return { tone: 'info', title: 'Nothing waits for a second person.' };
    const offers = open.slice(0, WITH_OFFERS).flatMap(offersFor);
    const rest = open.length - WITH_OFFERS;
    return {
      tone: 'info',
      title: `${counted(open.length, 'request')} ${open.length === 1 ? 'waits' : 'wait'} for a second person`,
      parts: [
        {
          kind: 'table',
          columns: ['Run', 'Who asks', 'What', 'Still needed', 'Expires'],
          rows: open.map((one) => row(one, timeZone)),
        },
        ...(rest > 0
          ? [{ kind: 'note', text: `For the last ${rest}, type “approve” or “deny” and the run.` } as Part]
          : []),
      ],
      offers: offers.filter(({ operation }) => service.find(operation)),
    };
  },

  json: (open) => open,
});

async function described(context: Context, approval: Approval): Promise<Open> {
  const { settings, service, actor } = context;
  const { run, decisions = [], askedBy, requestedAt, expiresAt } = approval;
  if (!run) throw new Error(`the run ${approval.runId} is not there`);
  const rule = ruleOf(run, settings.policy);
  const members = rule ? await membersOf(context, rule) : new Map();
  const approvers = decisions.filter(({ decision }) => decision === 'approve');
  const people = approvers.map(({ person }) => person);
  const person = personOf(actor, settings.policy);
  const isOwn = [person, actor.id].includes(askedBy);
  const mayDecide = person !== undefined && rule !== undefined && mayApprove(person, rule, members);
  return {
    run: run.id,
    askedBy: run.actorName,
    asked: askedWords(service, run),
    preview: (run.result as { title?: string } | null)?.title,
    approvedBy: approvers.map(({ name }) => name),
    needed: rule ? await stillNeeded(context, { rule, askedBy, approvers: people, members }) : '',
    requestedAt,
    expiresAt,
    may: isOwn ? 'cancel' : mayDecide && !people.includes(person) ? 'decide' : undefined,
  };
}

function row({ run, askedBy, asked, preview, needed, approvedBy, expiresAt }: Open, timeZone: string): string[] {
  const what = preview ? `${asked}: ${preview}` : asked;
  const so = approvedBy.length > 0 ? ` (${approvedBy.join(', ')} approved)` : '';
  return [run.slice(0, 8), askedBy, what, `${needed}${so}`, showTime(expiresAt, timeZone)];
}

function offersFor({ run, asked, askedBy, may }: Open): Offer[] {
  const short = run.slice(0, 8);
  const input = { run };
  if (may === 'cancel') return [{ label: `Cancel ${short}`, operation: 'cancel-run', input }];
  if (may !== 'decide') return [];
  return [
    {
      label: `Approve ${short}`,
      operation: 'approve',
      input,
      confirm: `Approve “${asked}”, which ${askedBy} asks for?`,
    },
    { label: `Deny ${short}`, operation: 'deny', input, form: true },
  ];
}
