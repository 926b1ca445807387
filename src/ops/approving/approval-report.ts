import { showTime } from '../../domain/end-date.ts';
import type { Approval } from '../../models/approval.ts';
import type { Run } from '../../models/run.ts';
import type { Operation } from '../service/operation.ts';
import type { Report } from '../service/report.ts';
import { writeWords } from '../service/words.ts';

interface Shown {
  readonly approval: Approval;
  readonly run: Run;
  readonly operation: Operation;
  /** Who is still needed, in words. */
  readonly needed: string;
  readonly timeZone: string;
}

/** A request for a second person, as it stands: what would be done, for whom, and who has decided. */
export function approvalReport(shown: Shown): Report {
  const { approval, run, operation, needed, timeZone } = shown;
  const asked = writeWords(operation, run.input as Record<string, unknown>);
  const preview = (run.result ?? {}) as Partial<Report>;
  const facts: (readonly [string, string])[] = [
    ['What it does', operation.summary],
    ...(approval.decisions ?? []).map(({ decision, name, decidedAt, reason }) => {
      const label = decision === 'approve' ? 'Approved by' : 'Declined by';
      return [label, `${name}, ${showTime(decidedAt, timeZone)}${reason ? `, because ${reason}` : ''}`] as const;
    }),
    ...(approval.state === 'open' ? openFacts(approval, { needed, timeZone }) : []),
  ];
  const seen = preview.title === undefined ? [] : [{ kind: 'text', text: preview.title } as const];
  return {
    tone: approval.state === 'open' ? 'attention' : 'info',
    title: title(shown, asked),
    parts: [{ kind: 'facts', facts }, ...seen, ...(preview.parts ?? [])],
    ...(approval.state === 'open' ? { offers: offers(run, asked) } : {}),
  };
}

function openFacts(
  { expiresAt, goesAlone }: Approval,
  { needed, timeZone }: { needed: string; timeZone: string },
): (readonly [string, string])[] {
  return [
    ['Needs', needed],
    [goesAlone ? 'Unanswered, goes on at' : 'Expires', showTime(expiresAt, timeZone)],
  ];
}

function title({ approval: { state }, run }: Shown, asked: string): string {
  const { actorName } = run;
  switch (state) {
    case 'open':
      return `${actorName} asks for a second person: ${asked}`;
    case 'approved':
      return `Approved: ${asked}, asked for by ${actorName}.`;
    case 'alone':
      return `Without a second person: ${asked}, asked for by ${actorName}. Nobody answered in time.`;
    case 'declined':
      return `Declined: ${asked}, asked for by ${actorName}. Nothing was changed.`;
    case 'expired':
      return `Expired: ${asked}, asked for by ${actorName}. Nobody decided in time; nothing was changed.`;
    case 'withdrawn':
      return `Withdrawn: ${asked}, asked for by ${actorName}. Nothing was changed.`;
    case 'void':
      return `Void: ${asked}, asked for by ${actorName}. What it would do has changed meanwhile; nothing was changed.`;
  }
}

function offers({ id: run, actorName }: Run, asked: string): NonNullable<Report['offers']> {
  return [
    {
      label: 'Approve',
      operation: 'approve',
      input: { run },
      style: 'primary',
      confirm: `Let this run for ${actorName}: ${asked}?`,
    },
    { label: 'Decline', operation: 'deny', input: { run }, form: true },
  ];
}
