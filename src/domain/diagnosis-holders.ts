import type { ConnectionHolder, ConnectionsSight, DatabaseExam } from '../ports.ts';
import type { Step, StepDetails } from './diagnosis.ts';
import { type Around, isDatabaseService } from './diagnosis-facts.ts';
import { refusedLogin } from './diagnosis-refusals.ts';
import { showSeconds, showWho, skipped, unasked } from './diagnosis-words.ts';

interface Judging extends Around {
  readonly failed: Step | undefined;
}

const NAMED = { name: 'connections', label: 'Connections' };
/** From that part on somebody may want to know. */
const ALMOST = 0.9;

/** How many connections are taken, and who holds them. */
export function connectionsStep(exam: DatabaseExam, judging: Judging): Step {
  const refused = exam.refusal && refusedLogin(exam.refusal, exam, 'DATABASE_URL');
  if (refused?.at === 'connections') {
    const { at: _, ...found } = refused;
    return { ...NAMED, state: 'wrong', ...found, ...restarts(judging) };
  }
  const sight = exam.asked?.connections;
  if (!sight) return skipped(NAMED, judging.failed);
  return sight.isAnswered ? judged(sight, judging) : unasked(NAMED, sight);
}

function judged(seen: ConnectionsSight, judging: Judging): Step {
  const limit = seen.most - seen.reserved;
  const idle = seen.holders.filter(({ state }) => state.startsWith('idle in transaction'));
  const says = `${seen.used} of ${limit} are taken${idleWords(idle)}`;
  const details = [holdersTable(seen)];
  if (seen.used < ALMOST * limit) return { ...NAMED, state: 'ok', says };
  const [first] = seen.holders;
  const most = first ? `, most of them (${first.count}) by ${showWho(first)}, ${first.state}` : '';
  if (seen.used < limit) {
    const next = 'Look who holds them, before none is left.';
    return {
      ...NAMED,
      state: 'look',
      says,
      cause: `Almost all connections of the database are taken${most}.`,
      next,
      details,
    };
  }
  const cause = `All connections of the database are taken${most}.`;
  const next = `End what holds them: restart the service that does, or end idle sessions. ${seen.reserved} more are kept for superusers.`;
  return { ...NAMED, state: 'wrong', says, cause, next, details, ...restarts(judging) };
}

function idleWords(idle: readonly ConnectionHolder[]): string {
  const count = idle.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return '';
  const longest = Math.max(...idle.map(({ longestSeconds }) => longestSeconds ?? 0));
  return `; ${count} idle in a transaction, the longest for ${showSeconds(longest)}`;
}

function holdersTable({ holders }: ConnectionsSight): StepDetails {
  const rows = holders.map(({ user, application, state, count, longestSeconds }) => [
    user,
    application,
    state,
    String(count),
    longestSeconds === null ? '' : showSeconds(longestSeconds),
  ]);
  return { title: 'Who holds connections', columns: ['User', 'Application', 'State', 'Count', 'Longest'], rows };
}

/** The services that may hold them; the database’s own would take everybody’s work with it. */
function restarts({ services }: Around): Pick<Step, 'offers'> {
  const gateway = services.find((service) => /gateway|api/i.test(service) && !isDatabaseService(service));
  if (gateway === undefined) return {};
  return { offers: [{ label: `Restart ${gateway}`, operation: 'restart', input: { service: gateway } }] };
}
