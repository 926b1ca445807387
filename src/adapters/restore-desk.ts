import { tmpdir } from 'node:os';
import type { Config } from '../config.ts';
import type { RestoreDesk } from '../ports.ts';
import { openDatabaseServer } from './database-server.ts';
import { databaseSettings } from './databases.ts';
import { openDumpTools } from './dump-tools.ts';
import { knex } from './postgres-client.ts';
import { openRestoreTools } from './restore-tools.ts';

/** What a restored database is looked at with: nothing of it may take for ever, but the planner's numbers may. */
const LIMITS = { statementMs: 600_000, lockMs: 5000 };

type Given = Pick<Config, 'databaseUrl' | 'drillDatabaseUrl' | 'programs' | 'backups'>;

/** What restores are made with. Nothing is connected before it is used. */
export function openRestores({ databaseUrl, drillDatabaseUrl, programs, backups }: Given): RestoreDesk {
  return {
    server: openDatabaseServer(databaseUrl),
    drills: openDatabaseServer(drillDatabaseUrl ?? databaseUrl),
    serverAt: openDatabaseServer,
    tools: openRestoreTools({ programs, folders: [tmpdir(), backups.folder] }),
    survey: openDumpTools(programs).survey,
    connect: (url) => knex(databaseSettings(url, { limits: LIMITS })),
  };
}
