import { Client } from 'pg';
import type { OutageGround } from './ground.ts';
import type { Thing } from './outages.ts';

/** What an operation comes to while something is out. */
export interface Line {
  /** As it is typed; what it is about may have to be made before. */
  readonly words: string | ((ground: OutageGround) => Promise<string>);
  /** Said while nothing is out, and while what is out does not matter. */
  readonly works: RegExp;
  /** Said while this is out: the sentence names what is missing. */
  readonly without?: Partial<Record<Thing, RegExp>>;
  /** Those of one chain are asked for in their order. */
  readonly chain?: string;
}

const LEDGER = /CapOps’ own record \(the ledger\) does not answer/;
const DOCKER = /Docker does not answer.*docker compose/;
const DOWN = /Docker does not answer/;
const DATABASE = /nobody listens|No answer|does not answer/;
const PLATFORM = /The platform’s database does not answer/;

/** The rows of the table, by operation: all that are there for emergencies, and a few others as examples. */
export const LINES: Readonly<Record<string, Line>> = {
  'health-check': {
    words: 'health',
    works: /✓ Database: Connected/,
    without: {
      postgres: /✗ Database: .*✗ Ledger: /,
      platform: /✗ Database: .*✓ Ledger: /,
      ledger: /✓ Database: .*✗ Ledger: /,
      redis: /✗ Redis: /,
      slack: /[✗!] Slack: /,
    },
  },
  digest: {
    words: 'digest',
    works: /in staging/,
    without: {
      postgres: /Database/,
      platform: /Database/,
      ledger: /Ledger/,
      docker: DOWN,
      redis: /Redis/,
      slack: /Slack/,
    },
  },
  round: {
    words: 'round daily',
    works: /round: \d+ of \d+ done/,
    without: { postgres: LEDGER, ledger: LEDGER, docker: DOWN },
  },
  'support-bundle': {
    words: 'support',
    works: /The file for the development team is ready/,
    without: {
      postgres: /is ready.*Schema of the platform: Not to be had.*does not answer.*Last runs: Not to be had/,
      platform: /is ready.*Schema of the platform: Not to be had.*does not answer/,
      ledger: /is ready.*Schedule: Not to be had.*\(the ledger\) does not answer.*Last runs: Not to be had/,
      docker: /is ready.*Log of web: Not to be had. Docker does not answer/,
    },
  },
  diagnose: {
    words: 'diagnose',
    works: /SELECT 1/,
    without: { postgres: DATABASE, platform: DATABASE, docker: /Docker does not answer/ },
  },
  'end-session': {
    words: async ({ databases }) => `end-session ${await idleSession(databases.platformUrl)}`,
    works: /is ended/,
    without: { postgres: PLATFORM, platform: PLATFORM },
  },
  services: { words: 'services', works: /web/, without: { docker: DOCKER } },
  logs: { words: 'logs web', works: /listening/, without: { docker: DOCKER } },
  restart: { words: 'restart web', works: /web is back/, without: { docker: DOCKER } },
  'emergency-access': {
    words: 'emergency-access nobody can log in',
    works: /This waits for a second person/,
    without: { postgres: PLATFORM, ledger: /is open: EMR.*because the ledger does not answer/ },
    chain: 'emergency',
  },
  'end-emergency-access': {
    words: 'end-emergency-access',
    works: /No emergency access is open|Emergency access has ended/,
    without: { postgres: PLATFORM, platform: PLATFORM },
    chain: 'emergency',
  },
  'review-emergency': {
    words: 'review-emergency what-happened="it was dark" what-was-done="we waited for light"',
    works: /No review is missing/,
    without: { postgres: LEDGER, ledger: LEDGER },
    chain: 'emergency',
  },
  // Examples of what is not made for outages.
  whoami: { words: 'whoami', works: /operator/ },
  help: { words: 'help', works: /health/ },
  'list-orgs': { words: 'orgs', works: /LHR/, without: { postgres: PLATFORM, platform: PLATFORM } },
  'grant-module': {
    words: 'grant LHR work',
    works: /now has work|has work/,
    without: { postgres: LEDGER, platform: PLATFORM, ledger: LEDGER },
  },
};

/** The number of a session that somebody has open and that does nothing; it ends with the database, or before. */
async function idleSession(connectionString: string): Promise<number> {
  const client = new Client({ connectionString, application_name: 'somebody' });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  return rows[0].pid;
}
