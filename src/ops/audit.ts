import { z } from 'zod';
import { AIRPORT_CODE } from '../domain/airport-code.ts';
import type { AuditRow } from '../domain/audit-chain.ts';
import { showTime } from '../domain/end-date.ts';
import type { Offer } from '../errors.ts';
import { AuditEntry, type AuditFilter } from '../models/audit-entry.ts';
import { type Argument, type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { since } from './since.ts';

/** Entries on one page in Slack, and at most in the terminal unless asked for more. */
const PAGE_ENTRIES = 15;
const LISTED_ENTRIES = 200;
const MOST_ENTRIES = 100_000;

type About = Pick<AuditFilter, 'subject' | 'actor'>;

const about: Argument<About, false> = {
  label: 'About',
  summary: 'an organisation’s code, or a person: @name, or the start of an id such as slack:U0123',
  example: 'LHR',
  required: false,
  positional: true,
  takesWord: () => true,
  schema: () => z.string().transform(readAbout),
  widget: { kind: 'none' },
};

function count(label: string, summary: string, most: number): Argument<number, false> {
  const range = `Give a number from 1 to ${most.toLocaleString('en-GB')}.`;
  const schema = () => z.coerce.number(range).int(range).min(1, range).max(most, range);
  return { label, summary, example: '100', required: false, schema, widget: { kind: 'none' } };
}

interface Listed {
  readonly entries: readonly AuditRow[];
  readonly more: boolean;
}

export const audit = defineOperation({
  name: 'audit',
  verb: 'audit',
  summary: 'Show who did what, newest first: all, about an organisation, or by a person',
  role: 'admin',
  effect: 'reads',
  example: 'audit LHR since 7 days',
  args: {
    about,
    since,
    limit: { ...count('Limit', 'how many entries at most', MOST_ENTRIES), terminalOnly: true },
    before: count('Before', 'begin before the entry with this number', Number.MAX_SAFE_INTEGER),
  },

  async run(context, { about: asked = {}, since: begin, limit, before }): Promise<Listed> {
    const most = limit ?? (context.actor.face === 'slack' ? PAGE_ENTRIES : LISTED_ENTRIES);
    const filter = { ...asked, since: begin };
    const entries = await AuditEntry.newest(context.databases.ledger, filter, { limit: most + 1, before });
    return { entries: entries.slice(0, most), more: entries.length > most };
  },

  report: ({ entries, more }, context): Report => {
    if (entries.length === 0) return { tone: 'info', title: 'Nothing is on record for that.' };
    const rows = entries.map(({ sequence, at, actorName, face, outcome, operation, subjects, message, input }) => [
      String(sequence),
      showTime(at, context.moment.timeZone),
      `${actorName} (${face})`,
      `${operation} ${outcome}`,
      subjects.length > 3 ? `${subjects.length} organisations` : subjects.join(', '),
      message ?? inWords(input),
    ]);
    return {
      tone: 'info',
      title: entries.length === 1 ? '1 entry' : `${entries.length} entries, newest first`,
      parts: [{ kind: 'table', columns: ['No', 'When', 'Who', 'What', 'About', 'Details'], rows }],
      offers: more ? [older(context, entries)] : [],
    };
  },

  json: ({ entries }) => entries,
  csv: ({ entries }) => [
    [
      'sequence',
      'at',
      'actorId',
      'actorName',
      'face',
      'channel',
      'operation',
      'outcome',
      'rule',
      'subjects',
      'input',
      'before',
      'after',
      'message',
      'reference',
      'runId',
      'hash',
    ],
    ...entries.map((row) => [
      String(row.sequence),
      row.at.toISOString(),
      row.actorId,
      row.actorName,
      row.face,
      row.channel ?? '',
      row.operation,
      row.outcome,
      row.rule ?? '',
      row.subjects.join(' '),
      JSON.stringify(row.input),
      asText(row.before),
      asText(row.after),
      row.message ?? '',
      row.reference ?? '',
      row.runId,
      row.hash,
    ]),
  ],
});

function readAbout(text: string, ctx: z.RefinementCtx): About {
  const about: { subject?: string; actor?: string } = {};
  for (const word of text.trim().split(/\s+/)) {
    if (AIRPORT_CODE.test(word.toUpperCase())) about.subject = word.toUpperCase();
    else if (/^(@.+|(slack|cli):.+)/.test(word)) about.actor = word.replace(/^@/, '');
    else
      ctx.addIssue({
        code: 'custom',
        message: `“${word}” is neither an organisation’s code, such as LHR, nor a person, such as @ada.`,
      });
  }
  return about;
}

function inWords(input: unknown): string {
  return Object.entries(input as object)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ');
}

function asText(value: unknown): string {
  return value === null ? '' : JSON.stringify(value);
}

function older({ raw }: Context, entries: readonly AuditRow[]): Offer {
  return { label: `Older ${PAGE_ENTRIES}`, operation: 'audit', input: { ...raw, before: entries.at(-1)?.sequence } };
}
