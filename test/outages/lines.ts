import type { Thing } from './outages.ts';

/** What an operation comes to while something is out. */
export interface Line {
  /** As it is typed. */
  readonly words: string;
  /** Said while nothing is out, and while what is out does not matter. */
  readonly works: RegExp;
  /** Said while this is out: the sentence names what is missing. */
  readonly without?: Partial<Record<Thing, RegExp>>;
  /** Those of one chain are asked for in their order. */
  readonly chain?: string;
}

const LEDGER = /CapOps’ own record \(the ledger\) does not answer/;
const PLATFORM = /The platform’s database does not answer/;

/** The rows of the table, by operation: all that are there for emergencies, and a few others as examples. */
export const LINES: Readonly<Record<string, Line>> = {
  'health-check': {
    words: 'health',
    works: /✓ Database: Connected/,
    without: {
      postgres: /✗ Database: .*✗ Ledger: /,
      ledger: /✓ Database: .*✗ Ledger: /,
      redis: /✗ Redis: /,
      slack: /[✗!] Slack: /,
    },
  },
  digest: {
    words: 'digest',
    works: /in staging/,
    without: { postgres: /Database/, ledger: /Ledger/, redis: /Redis/, slack: /Slack/ },
  },
  round: { words: 'round daily', works: /round: \d+ of \d+ done/, without: { postgres: LEDGER, ledger: LEDGER } },
  // Examples of what is not made for outages.
  whoami: { words: 'whoami', works: /operator/ },
  help: { words: 'help', works: /health/ },
  'list-orgs': { words: 'orgs', works: /LHR/, without: { postgres: PLATFORM } },
  'grant-module': {
    words: 'grant LHR work',
    works: /now has work|has work/,
    without: { postgres: LEDGER, ledger: LEDGER },
  },
};
