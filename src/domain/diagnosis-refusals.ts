import type { LoginRefusal } from '../ports.ts';
import type { Step } from './diagnosis.ts';
import { quotedName } from './sql-quoting.ts';

/** A login that the server refused; `at` is the step that it belongs to. */
export interface Refused extends Pick<Step, 'says' | 'cause' | 'next' | 'type' | 'rank'> {
  readonly at: 'login' | 'database' | 'connections';
}

interface Who {
  readonly user: string;
  readonly database: string;
}

type Words = (who: Who, setting: string) => Refused;

/** Wherever it shows. It explains whatever else is wrong. */
export const FULL_DISK = {
  cause: 'The disk of the database is full.',
  next: 'Make room on the disk of the database: delete what is not PostgreSQL’s, or make the disk larger. Delete nothing in its data folder.',
  rank: 1,
};
const HOLDERS =
  'SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;';
const FULL = {
  at: 'connections' as const,
  cause: 'All connections of the database are taken.',
  next: 'End what holds them: restart the service that does, or end idle sessions. A superuser still gets in, and sees who holds them.',
  type: [HOLDERS],
};

const REFUSALS: Readonly<Record<LoginRefusal, Words>> = {
  password: ({ user }, setting) => ({
    at: 'login',
    says: 'It refuses the user or the password',
    cause: `The database refuses the user or the password in ${setting}.`,
    next: `Check the user and the password in ${setting}, or give the user “${user}” that password.`,
  }),
  'no password': (_, setting) => ({
    at: 'login',
    says: `It asks for a password, and ${setting} has none`,
    cause: `The database asks for a password, and ${setting} has none.`,
    next: `Put the password into ${setting}.`,
  }),
  'no such user': ({ user }, setting) => ({
    at: 'login',
    says: `It has no user “${user}”`,
    cause: `The database has no user “${user}”.`,
    next: `Check the user in ${setting}.`,
  }),
  'may not log in': ({ user }) => ({
    at: 'login',
    says: `Its user “${user}” may not log in`,
    cause: `The database’s user “${user}” may not log in.`,
    next: 'Allow it as a superuser, or name another user.',
    type: [`ALTER ROLE ${quotedName(user)} LOGIN;`],
  }),
  'not let in': ({ user }) => ({
    at: 'login',
    says: `It lets “${user}” in from elsewhere only (pg_hba.conf)`,
    cause: 'The database lets nobody of that name in from this machine (pg_hba.conf).',
    next: 'Add a line for this user, database and machine to pg_hba.conf, and have PostgreSQL read it.',
    type: ['SELECT pg_reload_conf();'],
  }),
  'without TLS': (_, setting) => ({
    at: 'login',
    says: 'It lets this user in with TLS alone (pg_hba.conf)',
    cause: `The database asks for TLS, and ${setting} does not.`,
    next: `Put sslmode=require into ${setting}.`,
  }),
  'no such database': ({ database }, setting) => ({
    at: 'database',
    says: `There is none called “${database}”`,
    cause: `The server has no database “${database}”.`,
    next: `Check ${setting}. Where it was dropped or renamed, restore brings it back.`,
  }),
  'may not connect': ({ user, database }) => ({
    at: 'database',
    says: `“${user}” may not connect to “${database}”`,
    cause: `The user “${user}” lacks the right to connect to “${database}”.`,
    next: 'Give it that right, as the database’s owner.',
    type: [`GRANT CONNECT ON DATABASE ${quotedName(database)} TO ${quotedName(user)};`],
  }),
  'database closed': ({ database }) => ({
    at: 'database',
    says: `“${database}” takes no connections`,
    cause: `The database “${database}” takes no connections from anybody.`,
    next: 'Somebody has closed it, or is making it. Open it as a superuser, on another database, once nobody is at work on it.',
    type: [`ALTER DATABASE ${quotedName(database)} ALLOW_CONNECTIONS true;`],
  }),
  'all taken': () => ({ ...FULL, says: 'All are taken, those kept for superusers too' }),
  'only reserved ones left': () => ({ ...FULL, says: 'All are taken but those kept for superusers' }),
  'limit of the user': ({ user }) => ({
    ...FULL,
    says: `The user “${user}” has as many as it may`,
    cause: `The user “${user}” has as many connections as it may.`,
    type: [`ALTER ROLE ${quotedName(user)} CONNECTION LIMIT -1;`, HOLDERS],
  }),
  'limit of the database': ({ database }) => ({
    ...FULL,
    says: `The database “${database}” has as many as it may`,
    cause: `The database “${database}” has as many connections as it may.`,
    type: [`ALTER DATABASE ${quotedName(database)} CONNECTION LIMIT -1;`, HOLDERS],
  }),
  'disk full': () => ({ at: 'login', says: 'Its disk is full', ...FULL_DISK }),
  'out of memory': () => ({
    at: 'login',
    says: 'It is out of memory',
    cause: 'PostgreSQL is out of memory.',
    next: 'Look at what takes the memory of its machine; a restart of PostgreSQL frees what it holds.',
  }),
};

export function refusedLogin(refusal: LoginRefusal, who: Who, setting: string): Refused {
  return REFUSALS[refusal](who, setting);
}
