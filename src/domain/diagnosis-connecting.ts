import type { DatabaseExam, NoAnswer, Sight } from '../ports.ts';
import { counted } from './counted.ts';
import type { Step } from './diagnosis.ts';
import { type Refused, refusedLogin } from './diagnosis-refusals.ts';
import { skipped } from './diagnosis-words.ts';
import { showMs } from './health-finding.ts';
import { noAnswerWords } from './no-answer-words.ts';

interface Judging {
  /** The variable that has its address: `DATABASE_URL`. */
  readonly setting: string;
  readonly now: Date;
  readonly limitMs: number;
  /** The compose service that it is, where one is configured. */
  readonly service?: string | undefined;
}

const RUNGS = {
  name: 'Name',
  port: 'Port',
  tls: 'TLS',
  login: 'Login',
  database: 'Database',
  select: 'SELECT 1',
} as const;

type Rung = keyof typeof RUNGS;
type Unanswered = Extract<Sight<object>, { isAnswered: false }>;

const SOON_DAYS = 14;
/** What a restart of its service may mend. */
const RESTARTS: readonly NoAnswer[] = ['refused', 'silent', 'broken off'];
const LOOK = 'Look whether PostgreSQL runs, and at its log (compose service postgres).';

/** What each failure is, as the likely cause. */
const CAUSES: Readonly<Partial<Record<NoAnswer, string>>> = {
  refused: 'PostgreSQL does not run, or listens elsewhere: its port refuses connections.',
  unresolved: 'The name of the database’s host cannot be resolved.',
  unreachable: 'There is no way from here to the database’s host.',
  'starting or stopping': 'PostgreSQL is starting or stopping.',
  'no TLS': 'The database does not speak TLS, and its address asks for it.',
  'certificate expired': 'The TLS certificate of the database has expired.',
  'certificate not yet valid': 'The TLS certificate of the database is not valid yet.',
  'certificate of another host': 'The TLS certificate of the database is for another host.',
  'certificate not trusted': 'The TLS certificate of the database is not trusted here.',
  'another protocol': 'Something else than PostgreSQL answers at the database’s address.',
  'broken off': 'The database breaks connections off before it answers.',
};

const SILENT: Readonly<Partial<Record<Rung, string>>> = {
  name: 'The name of the database’s host is not resolved in time: DNS does not answer.',
  port: 'The database’s host swallows what is sent to its port: a firewall, or the host is down.',
};
const HANGS = 'PostgreSQL takes connections and says nothing: it hangs, or something in between does.';

/** The steps to a first answer, until one fails. */
export function connectingSteps(exam: DatabaseExam, judging: Judging): Step[] {
  const refused = exam.refusal && refusedLogin(exam.refusal, exam, judging.setting);
  const steps: Step[] = [];
  for (const rung of Object.keys(RUNGS) as Rung[]) {
    const failed = firstFailed(steps);
    steps.push(
      failed ? skipped({ name: rung, label: RUNGS[rung] }, failed) : rungStep(rung, { exam, judging, refused }),
    );
  }
  return steps;
}

/** The step after which nothing else could be looked at. */
export function firstFailed(steps: readonly Step[]): Step | undefined {
  return steps.find(({ state }) => state === 'wrong' || state === 'skipped');
}

interface Facts {
  readonly exam: DatabaseExam;
  readonly judging: Judging;
  readonly refused: Refused | undefined;
}

function rungStep(name: Rung, { exam, judging, refused }: Facts): Step {
  const named = { name, label: RUNGS[name] };
  if (name === 'database') return databaseStep(exam, refused);
  const sight = exam[name];
  if (!sight) return skipped(named, undefined);
  if (name === 'login' && refused && !sight.isAnswered) return loginStep(refused);
  if (!sight.isAnswered) return failedStep(name, sight, judging);
  if (name === 'tls' && exam.tls?.isAnswered) return tlsStep(exam.tls, judging);
  return { ...named, state: 'ok', says: `${SAYS[name]} (${showMs(sight.ms)})` };
}

const SAYS = { name: 'Resolved', port: 'Open', tls: 'Spoken', login: 'Let in', select: 'Answered' } as const;

function failedStep(name: Rung, { because, sentence }: Unanswered, judging: Judging): Step {
  const { setting, limitMs, service } = judging;
  const { says, next } = noAnswerWords(because, { look: LOOK, setting }, limitMs);
  const cause = because === 'silent' ? (SILENT[name] ?? HANGS) : CAUSES[because];
  const isHelped = service !== undefined && name !== 'name' && RESTARTS.includes(because);
  return {
    ...{ name, label: RUNGS[name], state: 'wrong', says: sentence ?? says, next },
    ...(cause ? { cause } : {}),
    ...(isHelped ? { offers: [{ label: `Restart ${service}`, operation: 'restart', input: { service } }] } : {}),
  };
}

/** One that stands in the way later on is no fault of the login. */
function loginStep({ at, says, ...more }: Refused): Step {
  const named = { name: 'login', label: RUNGS.login };
  if (at === 'database') return { ...named, state: 'ok', says: 'Let in' };
  if (at === 'connections') return { ...named, state: 'skipped', says: 'Not tried to its end: no connection is left' };
  return { ...named, state: 'wrong', says, ...more };
}

function databaseStep({ database }: DatabaseExam, refused: Refused | undefined): Step {
  const named = { name: 'database', label: RUNGS.database };
  if (refused?.at !== 'database') return { ...named, state: 'ok', says: `“${database}” is there` };
  const { at: _, ...found } = refused;
  return { ...named, state: 'wrong', ...found };
}

function tlsStep(tls: Extract<DatabaseExam['tls'], { isAnswered: true }>, { setting, now }: Judging): Step {
  const named = { name: 'tls', label: RUNGS.tls };
  if (!tls.isAskedFor) return { ...named, state: 'note', says: `Not asked for in ${setting}` };
  const days = tls.certificateEnds && Math.floor((tls.certificateEnds.getTime() - now.getTime()) / 86_400_000);
  const ends = days === undefined ? '' : `; its certificate ${endWords(days)}`;
  const says = `Spoken${ends}${tls.isUntrusted ? ' (and is not checked)' : ''}`;
  if (days === undefined || days >= SOON_DAYS) return { ...named, state: 'ok', says };
  return { ...named, state: 'look', says, next: 'Renew the certificate of the database.' };
}

function endWords(days: number): string {
  return days < 0 ? `ended ${counted(-days, 'day')} ago` : `ends in ${counted(days, 'day')}`;
}
