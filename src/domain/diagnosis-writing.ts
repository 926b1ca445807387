import type { DatabaseExam, ServerSight } from '../ports.ts';
import type { Step } from './diagnosis.ts';
import { skipped, unasked } from './diagnosis-words.ts';
import { quotedName } from './sql-quoting.ts';

const NAMED = { name: 'writing', label: 'Writing' };
const SETTING = 'default_transaction_read_only';

/** Whether our user may write at all: a standby and a database that is set to read only take nothing. */
export function writingStep(exam: DatabaseExam, failed: Step | undefined): Step {
  const { server } = exam;
  if (!server) return skipped(NAMED, failed);
  if (!server.isAnswered) return unasked(NAMED, server);
  if (server.isStandby) {
    const next = 'Let the address name the primary; where that is lost, promote this one as a superuser.';
    const cause = 'The address leads to a standby, which takes no changes.';
    return {
      ...NAMED,
      state: 'wrong',
      says: 'It is a standby, and takes none',
      cause,
      next,
      type: ['SELECT pg_promote();'],
    };
  }
  if (!server.isReadOnly) return { ...NAMED, state: 'ok', says: `Allowed (PostgreSQL ${server.version})` };
  return { ...NAMED, state: 'wrong', says: `Read-only, by ${SETTING}`, ...mended(exam, server) };
}

function mended(
  { user, database }: DatabaseExam,
  { readOnlyFrom }: ServerSight,
): Pick<Step, 'cause' | 'next' | 'type'> {
  const [role, name] = [quotedName(user), quotedName(database)];
  const statements: Readonly<Record<string, string>> = {
    database: `ALTER DATABASE ${name} RESET ${SETTING};`,
    user: `ALTER ROLE ${role} RESET ${SETTING};`,
    'database user': `ALTER ROLE ${role} IN DATABASE ${name} RESET ${SETTING};`,
  };
  const own = statements[readOnlyFrom];
  const next =
    'Somebody, or whoever runs the server, has set that: a full disk is a usual reason. Find out before you undo it.';
  if (own !== undefined) return { cause: 'The database is set to read-only for CapOps’ user.', next, type: [own] };
  const cause = 'The server is set to read-only.';
  return { cause, next, type: [`ALTER SYSTEM RESET ${SETTING};`, 'SELECT pg_reload_conf();'] };
}
