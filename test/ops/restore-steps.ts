import type { Moment } from '../crash/gate.ts';

/** Whoever dies: CapOps; the program that it runs then; the session of PostgreSQL that is at it. */
export type Victim = 'CapOps' | 'program' | 'session';
export type Line = 'platform' | 'ledger' | 'redis';

/** One step of a restore: what passes then, on which line. */
interface Step {
  readonly what: string;
  readonly line: Line;
  /** By the text of one exchange so far: the statements of a transaction. */
  readonly on: RegExp;
  readonly moments: readonly Moment[];
  readonly victims: readonly Victim[];
}

export interface Way {
  /** `ID` stands for the backup’s. */
  readonly command: string;
  readonly steps: readonly Step[];
}

const AROUND = ['before', 'unanswered'] as const;
const ALONE = ['CapOps'] as const;
const BOTH = ['CapOps', 'session'] as const;
const ALL = ['CapOps', 'program', 'session'] as const;

const SAFETY: Step = {
  ...{ what: 'safety backup', line: 'platform', on: /COPY public\.organizations .*TO stdout/i, moments: ['before'] },
  victims: ALL,
};
const FILLING: Step = {
  ...{ what: 'filling', line: 'platform', on: /COPY public\.organizations .*FROM stdin/i, moments: ['before'] },
  victims: ALL,
};
const BEGINNING: Step = {
  ...{ what: 'noting that it begins', line: 'ledger', on: /insert into "restores"/, moments: AROUND },
  victims: ALONE,
};
const CACHE: Step = { what: 'the cache', line: 'redis', on: /scan/i, moments: AROUND, victims: ALONE };
const NOTING: Step = {
  ...{ what: 'noting the switch', line: 'ledger', on: /update "restores" set "step" = \$1, "switched_at"/ },
  ...{ moments: AROUND, victims: BOTH },
};
const OUTCOME: Step = {
  ...{ what: 'noting the outcome', line: 'ledger', on: /update "runs" set [^\n]*"finished_at"/, moments: ['before'] },
  victims: ALONE,
};
const RENAMING: readonly Step[] = [
  {
    ...{ what: 'the first rename', line: 'platform', on: /^BEGIN\nALTER DATABASE [^\n]*RENAME[^\n]*$/ },
    ...{ moments: AROUND, victims: BOTH },
  },
  {
    ...{ what: 'the switch', line: 'platform', on: /^BEGIN\nALTER DATABASE .*RENAME.*\nCOMMIT/s },
    ...{ moments: AROUND, victims: BOTH },
  },
];

export const BESIDE: Way = {
  command: 'restore ID',
  steps: [
    SAFETY,
    BEGINNING,
    { what: 'making the scratch', line: 'platform', on: /^CREATE DATABASE/m, moments: AROUND, victims: BOTH },
    {
      ...{ what: 'noting the scratch', line: 'ledger', on: /update "restores" set "scratch_oid"/, moments: AROUND },
      victims: ALONE,
    },
    FILLING,
    { what: 'checking', line: 'platform', on: /ANALYZE/, moments: ['before'], victims: BOTH },
    { what: 'dressing', line: 'platform', on: /COMMENT ON DATABASE/, moments: AROUND, victims: BOTH },
    {
      ...{ what: 'noting that it is ready', line: 'ledger', on: /update "restores" set "step" = \$1 where/ },
      ...{ moments: AROUND, victims: ALONE },
    },
    ...RENAMING,
    CACHE,
    NOTING,
    OUTCOME,
  ],
};

export const WITHIN: Way = {
  command: 'restore ID --in-place',
  steps: [
    BEGINNING,
    {
      ...{ what: 'moving aside', line: 'platform', on: /ALTER SCHEMA "public" RENAME[^\n]*$/, moments: ['unanswered'] },
      victims: ALL,
    },
    FILLING,
    {
      what: 'counting',
      line: 'platform',
      on: /DO \$capops\$.*END \$capops\$;?$/s,
      moments: ['unanswered'],
      victims: ALL,
    },
    { what: 'committing', line: 'platform', on: /DO \$capops\$.*\nCOMMIT/s, moments: AROUND, victims: ALL },
    CACHE,
    NOTING,
    OUTCOME,
  ],
};

export const UNDO: Way = {
  command: 'undo-restore',
  steps: [
    {
      ...{ what: 'noting that it begins', line: 'ledger', on: /update "restores" set "step" = \$1, .*"undone"/ },
      ...{ moments: AROUND, victims: ALONE },
    },
    ...RENAMING,
    CACHE,
    {
      ...{ what: 'noting that it is undone', line: 'ledger', on: /update "restores" set "step" = \$1, "former"/ },
      ...{ moments: AROUND, victims: ALONE },
    },
    OUTCOME,
  ],
};

export const DRILL: Way = {
  command: 'drill ID',
  steps: [
    { what: 'noting that it begins', line: 'ledger', on: /insert into "drills"/, moments: AROUND, victims: ALONE },
    FILLING,
    ...RENAMING,
    {
      ...{ what: 'noting the proof', line: 'ledger', on: /update "backups" set "proven_at"/, moments: AROUND },
      victims: ALONE,
    },
  ],
};

export interface Cell extends Omit<Step, 'moments' | 'victims'> {
  readonly name: string;
  readonly moment: Moment;
  readonly victim: Victim;
}

const WORDS: Readonly<Record<Moment, string>> = { before: 'before', unanswered: 'done, unheard', answered: 'after' };

export function cellsOf({ steps }: Way): Cell[] {
  return steps.flatMap(({ moments, victims, ...step }) =>
    moments.flatMap((moment) =>
      victims.map((victim) => ({ ...step, moment, victim, name: `${step.what}, ${WORDS[moment]}: ${victim}` })),
    ),
  );
}
