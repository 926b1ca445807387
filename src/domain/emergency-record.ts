import { stringify } from 'csv-stringify/sync';
import type { AuditRow } from './audit-chain.ts';
import type { EmergencyTrace } from './emergency.ts';

const HEADER = ['where', 'at', 'who', 'what', 'outcome', 'rule', 'about', 'details', 'run', 'entry', 'hash'];

/** What is on record of an emergency, as CSV: the ledger’s entries, with their places in its chain, and the platform’s own. */
export function emergencyCsv(entries: readonly AuditRow[], trail: readonly EmergencyTrace[]): string {
  const ledger = entries.map((row) => [
    ...[
      'ledger',
      row.at.toISOString(),
      `${row.actorName} (${row.actorId})`,
      row.operation,
      row.outcome,
      row.rule ?? '',
    ],
    ...[row.subjects.join(' '), detailsOf(row), row.runId, String(row.sequence), row.hash],
  ]);
  const platform = trail.map(({ at, by, status, moduleKey, until, reason }) => [
    ...['platform', at.toISOString(), by, `${moduleKey} ${status ?? ''}`.trim(), '', '', 'EMR'],
    ...[[until ? `until ${until.toISOString()}` : 'no end', reason].filter(Boolean).join('; '), '', '', ''],
  ]);
  const rows = [...ledger, ...platform].sort(([, a = ''], [, b = '']) => (a < b ? -1 : 1));
  return stringify([HEADER, ...rows], { escape_formulas: true });
}

function detailsOf({ message, input }: AuditRow): string {
  return [message, JSON.stringify(input)].filter(Boolean).join(' ');
}
