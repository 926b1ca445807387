import { databaseDown } from '../domain/connection-failure.ts';
import type { DatabaseFacts } from '../domain/database-facts.ts';
import type { Finding } from '../domain/database-finding.ts';
import { databaseFindings } from '../domain/database-findings.ts';
import type { Growth } from '../domain/database-growth.ts';
import { readDatabaseFacts } from '../models/database-facts.ts';
import { databaseReport } from './database/database-report.ts';
import { growthSince } from './database/note-sizes.ts';
import { type Context, defineOperation } from './service/operation.ts';

/** What PostgreSQL says of the platform’s database, and what it means. */
export interface DatabaseReport {
  readonly facts: DatabaseFacts;
  readonly findings: readonly Finding[];
  /** Absent: no sizes were noted on an earlier day, or the ledger does not answer. */
  readonly growth: Growth | undefined;
}

export const dbReport = defineOperation({
  name: 'db-report',
  verb: 'db-report',
  summary: 'Show how the platform’s database is: size, speed, and what would help it; changes nothing',
  role: 'viewer',
  effect: 'reads',
  example: 'db-report',
  args: {},

  async run(context): Promise<DatabaseReport> {
    const facts = await readDatabaseFacts(context.databases.platform);
    return { facts, findings: databaseFindings(facts, context.moment), growth: await growthOrNone(context, facts) };
  },

  report: (data, { moment }) => databaseReport(data, moment),

  json: ({ facts, findings, growth }) => ({ findings, ...facts, growth: growth ?? null }),
});

/** The report is of use without it, too, on a day when the ledger is down. */
async function growthOrNone(context: Context, facts: DatabaseFacts): Promise<Growth | undefined> {
  try {
    return await growthSince(context, facts, context.moment.now);
  } catch (error) {
    if (databaseDown(error)) return undefined;
    throw error;
  }
}
