import { NO_ROWS } from '../domain/audit-chain.ts';
import { showTime } from '../domain/end-date.ts';
import { type Anchor, AuditAnchor } from '../models/audit-anchor.ts';
import type { Settings } from '../ports.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { withLedger } from './service/with-ledger.ts';

export const auditAnchor = defineOperation({
  name: 'audit-anchor',
  verb: 'anchor',
  summary: 'Say where the record ends, to be kept outside of CapOps: what is cut off later shows',
  role: 'admin',
  effect: 'changes',
  evenWhenFrozen: true,
  example: 'anchor',
  args: {},

  run: ({ databases: { ledger }, moment, runId }): Promise<Anchor> =>
    withLedger(() => AuditAnchor.note(ledger, { anchoredAt: moment.now, runId })),

  trace: (anchor) => ({ subjects: [], after: { anchor: anchorText(anchor) } }),

  report: (anchor, { settings }): Report => ({
    ...anchorReport(anchor, settings),
    announcement: `anchored the record at ${anchorText(anchor)}`,
  }),

  json: (anchor) => ({ ...anchor, anchor: anchorText(anchor) }),
});

/** An anchor as `audit-verify` takes it. */
export function anchorText({ sequence, hash }: Pick<Anchor, 'sequence' | 'hash'>): string {
  return `${sequence}:${hash}`;
}

/** The message that is kept: everything that is needed to hold the record to it later, though CapOps be gone. */
export function anchorReport(anchor: Anchor, { environment, timeZone }: Settings): Report {
  const entries = anchor.sequence.toLocaleString('en-GB');
  const text = anchorText(anchor);
  return {
    tone: 'done',
    title:
      anchor.sequence === NO_ROWS.sequence
        ? `The record of ${environment} is still empty.`
        : `The record of ${environment} is anchored at entry ${entries}.`,
    parts: [
      {
        kind: 'facts',
        facts: [
          ['Anchor', text],
          ['Noted', showTime(anchor.anchoredAt, timeZone)],
          ['Environment', environment],
        ],
      },
      {
        kind: 'note',
        text: `Keep this message. To see whether all of it is still there, unchanged: “audit-verify ${text}”, in the terminal “pnpm ops:audit-verify ${text}”.`,
      },
    ],
  };
}
