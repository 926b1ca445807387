import { openDatabases } from '../../src/adapters/databases.ts';
import { openJournal } from '../../src/adapters/journal.ts';
import { replayJournal } from '../../src/ops/upkeep/replay-journal.ts';

// One process that replays a journal until nothing is left, for tests that kill it.

const { LEDGER_DATABASE_URL = '', FOLDER = '' } = process.env;
const { databases, close } = openDatabases({
  databaseUrl: LEDGER_DATABASE_URL,
  ledgerDatabaseUrl: LEDGER_DATABASE_URL,
});
const clock = { now: () => new Date() };
const quiet = () => undefined;
const office = {
  databases,
  clock,
  journal: openJournal({ folder: FOLDER, clock }),
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  settings: { environment: 'test', timeZone: 'UTC', policy: undefined },
};
process.stdout.write('ready\n');
while ((await office.journal.waiting()).length > 0) await replayJournal(office);
await close();
