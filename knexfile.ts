import { databaseSettings } from './src/adapters/databases.ts';
import { MIGRATIONS } from './src/adapters/migration-files.ts';
import { loadConfig } from './src/config.ts';

// For knex's own command line, e.g. `knex migrate:list --env ledger`. `pnpm db:migrate` does more: it makes the ledger's
// database, leaves an existing platform as it is, and lets two run at once.
export default () => {
  const config = loadConfig();
  return {
    platform: { ...databaseSettings(config.databaseUrl), migrations: MIGRATIONS.platform },
    ledger: { ...databaseSettings(config.ledgerDatabaseUrl), migrations: MIGRATIONS.ledger },
  };
};
