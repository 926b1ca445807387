import { counted } from '../../domain/counted.ts';
import type { LiveTable } from '../../models/live-database.ts';
import type { Part } from '../service/report.ts';
import type { LiveFacts } from './live-facts.ts';
import type { RestoreWork } from './restore-wish.ts';

const SHOWN = 20;

/** What a restore would take away, and give back: of what can be read. */
export function losses({ restorable: { manifest } }: RestoreWork, { tables, taken, migrations }: LiveFacts): Part[] {
  return [
    ...(manifest && tables ? rowsLost(manifest.tables, tables) : []),
    ...listed(
      'Access that was taken away since and would come back',
      (taken ?? []).map(({ code, module }) => `${code}: ${module}`),
    ),
    ...listed(
      'Changes of the platform’s tables that it lacks; run the platform’s migrations afterwards',
      migrations ?? [],
    ),
  ];
}

/** Tables that have other numbers of rows now. */
function rowsLost(before: Readonly<Record<string, number>>, tables: readonly LiveTable[]): Part[] {
  const names = new Set([...Object.keys(before), ...tables.map(({ name }) => name)]);
  const now = new Map(tables.map((table) => [table.name, table]));
  const differ = [...names].flatMap((name) => {
    const [then, present] = [before[name], now.get(name)];
    if (present && then === present.rows) return [];
    const rowsThen = then === undefined ? 'not there' : shown(then);
    return [[name, rowsThen, present ? presentRows(present) : 'not there']];
  });
  if (differ.length === 0) return [{ kind: 'note', text: 'Every table has as many rows now as in the backup.' }];
  const rest = differ.length - SHOWN;
  return [
    { kind: 'table', columns: ['Rows of', 'Then', 'Now'], rows: differ.slice(0, SHOWN) },
    ...(rest > 0 ? [{ kind: 'note' as const, text: `… and ${counted(rest, 'table')} more that differ` }] : []),
  ];
}

function presentRows({ rows, isEstimate }: LiveTable): string {
  if (rows === undefined) return 'not known';
  return `${isEstimate ? 'about ' : ''}${shown(rows)}`;
}

function shown(count: number): string {
  return count.toLocaleString('en-GB');
}

function listed(title: string, items: readonly string[]): Part[] {
  if (items.length === 0) return [];
  const rest = items.length - SHOWN;
  return [
    { kind: 'text', text: `${title}:` },
    { kind: 'list', items: [...items.slice(0, SHOWN), ...(rest > 0 ? [`… and ${rest} more`] : [])] },
  ];
}
