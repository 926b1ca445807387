import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ProgramError } from '../../src/errors.ts';
import { itNeeds } from '../setup/it-needs.ts';
import {
  databaseWith,
  fakePrograms,
  programs,
  query,
  removeFolders,
  type TestDatabase,
  workFolders,
} from './dump-stage.ts';
import { at, openFolder, pgDump, refused, restored, restoreTools } from './restore-stage.ts';

// Programs of PostgreSQL 17, as they behave with an older server: no such program is here.

const COMPLAINT = `pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;`;
const OTHER = 'pg_restore: error: could not execute query: ERROR:  other\\nCommand was: CREATE INDEX other;';

/** Complains in each session; told to stop at errors, it stops. Says so at its end, and `also`. */
function seventeen(also = ''): string {
  const complain = `printf '%s\\n' '${COMPLAINT}' >&2`;
  return fakePrograms({
    pg_dump: 'echo "pg_dump (PostgreSQL) 17.6"',
    pg_restore: `case "$*" in
      *dbname*) ${complain}; case "$*" in *exit-on-error*) exit 1;; esac; ${complain}
        "$real/pg_restore" "$@" || exit; ${also}
        echo 'pg_restore: warning: errors ignored on restore: 2' >&2; exit 1;;
      *file=-*) "$real/pg_restore" "$@" | sed 's/^SET lock_timeout = 0;$/&\\nSET transaction_timeout = 0;/'; exit;;
    esac
    exec "$real/pg_restore" "$@"`,
    psql: 'exec "$real/psql" "$@"',
  });
}

describe('A restore into a server that is older than the programs', () => {
  const folder = openFolder();
  let source: TestDatabase;
  let custom = '';
  beforeAll(async () => {
    source = await databaseWith('CREATE TABLE t AS SELECT n FROM generate_series(1, 30) n; CREATE SCHEMA later');
    custom = await pgDump(source.url, folder.path('custom'), '-Fc');
  });
  afterAll(async () => {
    expect([programs(), workFolders()]).toEqual([[], []]);
    await source.drop();
    removeFolders();
    folder.remove();
  });
  const rows = 'SELECT count(*)::int AS n FROM public.t';

  itNeeds('postgresClient', 'goes well, with several sessions, though it does not know a setting', async () => {
    const tools = restoreTools({ pgBin: seventeen() });
    for (const trust of ['ours', 'foreign'] as const) {
      await restored(
        at(custom),
        { trust, jobs: 2 },
        async (database, facts) => {
          expect(await query(database.url, rows)).toEqual([{ n: 30 }]);
          expect(facts).toMatchObject({ jobs: trust === 'ours' ? 2 : 1, warnings: [] });
        },
        tools,
      );
    }
  });

  itNeeds('postgresClient', 'goes well within a database', async () => {
    const filled = await databaseWith('CREATE TABLE t (n int)');
    const within = { before: 'ALTER SCHEMA public RENAME TO before; CREATE SCHEMA public;', after: 'SELECT 1;' };
    await restoreTools({ pgBin: seventeen() }).restore(filled.url, at(custom), { trust: 'ours', within });
    expect(await query(filled.url, rows)).toEqual([{ n: 30 }]);
    await filled.drop();
  });

  itNeeds('postgresClient', 'is rejected for any other fault', async () => {
    const tools = restoreTools({ pgBin: seventeen(`printf '${OTHER}\\n' >&2`) });
    const { error } = await refused(at(custom), {}, tools);
    expect(error).toBeInstanceOf(ProgramError);
    expect(error.message).toContain('CREATE INDEX other');
  });
});
