import type { DatabaseFacts } from './database-facts.ts';
import type { Finding, Severity } from './database-finding.ts';
import { indexFindings } from './database-findings-indexes.ts';
import { serverFindings } from './database-findings-server.ts';
import { tableFindings } from './database-findings-tables.ts';
import type { Moment } from './moment.ts';

const ORDER: readonly Severity[] = ['act', 'look', 'fine'];

/** What the facts mean, the urgent first. What could not be read has no findings. */
export function databaseFindings(facts: DatabaseFacts, here: Moment): Finding[] {
  const all = [...serverFindings(facts), ...tableFindings(facts, here.now), ...indexFindings(facts, here)];
  return all.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
