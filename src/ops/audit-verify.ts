import { z } from 'zod';
import { type AuditFault, type AuditHead, NO_ROWS, openVerifier } from '../domain/audit-chain.ts';
import { showTime } from '../domain/end-date.ts';
import { type Anchor, AuditAnchor } from '../models/audit-anchor.ts';
import { AuditEntry } from '../models/audit-entry.ts';
import type { Pager } from '../ports.ts';
import { type Argument, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

interface Verified {
  readonly head: AuditHead;
  readonly fault: AuditFault | undefined;
  /** How many anchors the ledger itself holds, and the one that has seen most. */
  readonly anchors: { readonly count: number; readonly newest: Anchor | undefined };
  /** The one that was given. */
  readonly noted: AuditHead | undefined;
}

const anchor: Argument<AuditHead, false> = {
  label: 'Anchor',
  summary:
    'a head that was noted earlier and elsewhere, as NUMBER:HASH; rows that were cut off or rewritten since then show',
  example: '1234:9f86d081…',
  required: false,
  positional: true,
  schema: () =>
    z
      .string()
      .regex(
        /^\d{1,15}:[0-9a-f]{64}$/,
        'An anchor is a number, a colon, and 64 hexadecimal digits, as “audit-verify” prints it.',
      )
      .transform((text) => {
        const [sequence = '', hash = ''] = text.split(':');
        return { sequence: Number(sequence), hash };
      }),
  widget: { kind: 'none' },
};

export const auditVerify = defineOperation({
  name: 'audit-verify',
  verb: 'audit-verify',
  summary: 'Prove that nothing on record was changed, removed or put in between',
  role: 'admin',
  effect: 'reads',
  example: 'audit-verify',
  args: { anchor },

  async run({ databases: { ledger }, progress, pager }, { anchor: noted }): Promise<Verified> {
    // Before the entries: what is anchored meanwhile may have seen more than is read.
    const kept = await AuditAnchor.all(ledger);
    const anchors = { count: kept.length, newest: kept.at(-1) };
    const verifier = openVerifier(noted ? [...kept, noted] : kept);
    const { sequence: total } = await AuditEntry.head(ledger);
    for await (const row of AuditEntry.all(ledger)) {
      const fault = verifier.next(row);
      if (fault) return alarmed(pager, { head: verifier.head(), fault, anchors, noted });
      if (row.sequence % 1000 === 0) progress({ phase: 'Reading the record', done: row.sequence, total });
    }
    return alarmed(pager, { head: verifier.head(), fault: verifier.end(), anchors, noted });
  },

  report: ({ head, fault, anchors, noted }, { settings: { timeZone } }): Report => {
    if (fault) {
      return {
        tone: 'attention',
        broken: true,
        title: brokenAt(fault),
        parts: [
          {
            kind: 'text',
            text: `Everything up to entry ${head.sequence} is as it was written. What follows proves nothing.`,
          },
        ],
      };
    }
    if (head.sequence === NO_ROWS.sequence) return { tone: 'info', title: 'Nothing is on record yet.' };
    return {
      tone: 'info',
      title: `The record is whole: ${head.sequence.toLocaleString('en-GB')} entries, none changed, removed or put in between.`,
      parts: [
        {
          kind: 'facts',
          facts: [
            ['Head', `${head.sequence}:${head.hash}`],
            ['Anchors', anchorWords(anchors, timeZone)],
            ...(noted ? [['Given anchor', `good: entry ${noted.sequence} is what it has seen`] as const] : []),
          ],
        },
        {
          kind: 'note',
          text: 'Whoever owns the ledger could cut its anchors as well. Give “audit-verify” one from the audit channel, or a head that you noted yourself: it shows whether entries were cut off the end or everything was written anew.',
        },
      ],
    };
  },
});

function anchorWords({ count, newest }: Verified['anchors'], timeZone: string): string {
  if (!newest) return 'none yet';
  const kept = count === 1 ? '1 kept, good' : `${count.toLocaleString('en-GB')} kept, all good`;
  return `${kept}; the newest has seen entry ${newest.sequence}, on ${showTime(newest.anchoredAt, timeZone)}`;
}

/** What is broken stays so, since no entry can be mended: nobody is ever told that it is over. */
function alarmed(pager: Pager | undefined, verified: Verified): Verified {
  if (verified.fault) pager?.wake('audit', `CapOps’ audit: ${brokenAt(verified.fault)}`);
  return verified;
}

function brokenAt({ sequence, kind }: AuditFault): string {
  return `The record is broken at entry ${sequence}: ${WORDS[kind]}.`;
}

const WORDS: Readonly<Record<AuditFault['kind'], string>> = {
  changed: 'it is not what was written',
  missing: 'it is not there',
  unlinked: 'it does not follow from the entry before it',
  rewritten: 'it is another than an anchor has seen',
  cut: 'an anchor has seen entries from here on, and they are gone',
};
