import type { Moment } from './gate.ts';
import type { Kind, KindName } from './kinds.ts';
import type { Line, Trap } from './site.ts';

/** One step between a delivery and its answer: what passes then, on which line, and where in that the bot may die. */
interface Step {
  readonly what: string;
  readonly line: Line;
  /** By the text of one exchange so far: the statements of a transaction, or a request. */
  readonly on: RegExp | 'code' | 'answer';
  readonly moments: readonly Moment[];
  /** By default all. */
  readonly kinds?: readonly KindName[];
}

const AROUND = ['before', 'unanswered'] as const;

/** Within a transaction nothing shows outside: of each pair of moments that follow one another there, one stands here. */
export const STEPS: readonly Step[] = [
  { what: 'store the request', line: 'ledger', on: /insert into "runs" .*on conflict do nothing/s, moments: AROUND },
  { what: 'acknowledge', line: 'door', on: 'code', moments: ['unanswered', 'answered'] },
  {
    what: 'put it into the queue',
    line: 'ledger',
    on: /"state" = \$3, "request" = \$4.*\nCOMMIT/s,
    moments: AROUND,
    kinds: ['confirm'],
  },
  { what: 'begin the run', line: 'ledger', on: /"actor_name" = \$2, "state" = \$3 where/, moments: AROUND },
  {
    what: 'decide',
    line: 'ledger',
    on: /insert into "approval_decisions".*\nCOMMIT/s,
    moments: AROUND,
    kinds: ['approve'],
  },
  {
    what: 'begin what was approved',
    line: 'ledger',
    on: /"state" = \$3 where "runs"."id" = \$4 and "state" = \$5$/,
    moments: AROUND,
    kinds: ['approve'],
  },
  { what: 'platform: BEGIN', line: 'platform', on: /^BEGIN/, moments: ['unanswered'] },
  {
    what: 'platform: write',
    line: 'platform',
    on: /\n\s*(WITH|insert into|update) .*entitlements/is,
    moments: ['unanswered'],
  },
  { what: 'platform: COMMIT', line: 'platform', on: /\nCOMMIT/, moments: AROUND },
  { what: 'write the outcome', line: 'ledger', on: /\nupdate "runs" set [^\n]*"finished_at"/, moments: ['before'] },
  { what: 'write the audit', line: 'ledger', on: /"finished_at".*\ninsert into "audit_log"/s, moments: ['unanswered'] },
  { what: 'COMMIT both', line: 'ledger', on: /"finished_at".*\nCOMMIT/s, moments: AROUND },
  { what: 'tell the team', line: 'slack', on: /chat.postMessage.*channel=C0OPS&.*U0OMAR%3E%20/s, moments: AROUND },
  { what: 'answer the asker', line: 'slack', on: 'answer', moments: ['before', 'unanswered', 'answered'] },
  {
    what: 'note that they know',
    line: 'ledger',
    on: /update "runs" set "request" = \$1 where "id" in/,
    moments: AROUND,
  },
];

const WORDS: Readonly<Record<Moment, string>> = { before: 'before', unanswered: 'done, unheard', answered: 'after' };

/** The rows of the matrix. */
export const ROWS = STEPS.flatMap((step) =>
  step.moments.map((moment) => ({ ...step, moment, name: `${step.what}, ${WORDS[moment]}` })),
);

export type Row = (typeof ROWS)[number];

export function trapOf({ line, on, moment }: Row, { answer }: Kind, code: string): Trap {
  const pattern = on === 'code' ? new RegExp(`^POST .*${code}`, 's') : on === 'answer' ? answer : on;
  return { line, on: pattern, moment };
}
