import { showBytes } from '../../domain/bytes.ts';
import { clipped } from '../../domain/clipped.ts';
import { counted } from '../../domain/counted.ts';
import { readOr, type TableFacts, totalBytes } from '../../domain/database-facts.ts';
import { type Growth, showNotedDay } from '../../domain/database-growth.ts';
import { showDate } from '../../domain/end-date.ts';
import type { Moment } from '../../domain/moment.ts';
import type { DatabaseReport } from '../db-report.ts';
import type { Part, Reply } from '../service/report.ts';

const BARS = 10;
const TABLES_SHOWN = 30;
const LABEL = 20;
const MEGABYTE = 1e6;
const KILOBYTE = 1e3;

/** The largest tables as a chart. */
export function largestTables({ facts }: DatabaseReport): Part[] {
  const largest = readOr(facts.tables, []).slice(0, BARS);
  if (largest.length < 2) return [];
  const bytes = largest.map(totalBytes);
  const [unit, divisor] = Math.max(...bytes) < MEGABYTE ? ['KB', KILOBYTE] : ['MB', MEGABYTE];
  const values = bytes.map((size) => threeFigures(size / divisor));
  return [
    {
      kind: 'chart',
      shape: 'bar',
      title: `The largest tables (${unit})`,
      labels: labelsOf(largest.map(({ name }) => name)),
      series: [{ name: 'Size', values }],
    },
  ];
}

/** Every large table with what it is made of and how it has grown. */
export function sizeReply({ facts, growth }: DatabaseReport, moment: Moment): Reply[] {
  const tables = readOr(facts.tables, []);
  if (tables.length === 0) return [];
  const rows = tables.slice(0, TABLES_SHOWN).map((table) => row(table, growth, moment));
  const more = tables.length - rows.length;
  return [
    {
      tone: 'info',
      title: growthWords(growth),
      parts: [
        ...growthChart(growth),
        { kind: 'table', columns: COLUMNS, rows },
        ...(more > 0 ? [{ kind: 'note' as const, text: `${counted(more, 'smaller table')} not shown.` }] : []),
        ...(tables.some(({ isHeld }) => isHeld) ? [{ kind: 'note' as const, text: HELD }] : []),
      ],
    },
  ];
}

const COLUMNS = ['Table', 'Size', 'Indexes', 'Rows', 'Dead', 'Vacuumed', 'Grown'];
const HELD = '* Somebody holds a lock on it: as large as it was at its last vacuum.';

function row(table: TableFacts, growth: Growth | undefined, { timeZone }: Moment): string[] {
  const { name, isHeld, indexBytes, rows, deadRows, lastVacuum } = table;
  return [
    isHeld ? `${name} *` : name,
    showBytes(totalBytes(table)),
    showBytes(indexBytes),
    `~${Math.round(rows).toLocaleString('en-GB')}`,
    deadRows.toLocaleString('en-GB'),
    lastVacuum ? showDate(lastVacuum, timeZone) : 'never',
    change(growth?.byTable[name]),
  ];
}

function growthWords(growth: Growth | undefined): string {
  if (!growth) return 'Sizes by table; how they grow is known once they were noted on another day.';
  const { bytes } = growth;
  const since = showNotedDay(growth.since);
  if (bytes === 0) return `The database is as large as on ${since}.`;
  return `The database ${bytes > 0 ? 'grew' : 'shrank'} by ${showBytes(Math.abs(bytes))} since ${since}.`;
}

function growthChart(growth: Growth | undefined): Part[] {
  const { history = [] } = growth ?? {};
  if (history.length < 3) return [];
  return [
    {
      kind: 'chart',
      shape: 'line',
      title: 'The database’s size (MB)',
      labels: history.map(({ day }) => day),
      series: [{ name: 'Size', values: history.map(({ bytes }) => threeFigures(bytes / MEGABYTE)) }],
    },
  ];
}

function change(bytes: number | undefined): string {
  if (bytes === undefined) return '–';
  if (bytes === 0) return '0 B';
  return `${bytes > 0 ? 'up' : 'down'} ${showBytes(Math.abs(bytes))}`;
}

/** Three figures say enough. */
function threeFigures(value: number): number {
  return Number(value.toPrecision(3));
}

/** Names that fit under a chart, no two the same; without their schemas where that is enough. */
function labelsOf(names: readonly string[]): string[] {
  const bare = names.map((name) => name.slice(name.indexOf('.') + 1));
  const labels: string[] = [];
  for (const [place, name] of names.entries()) {
    const own = bare[place] ?? name;
    const short = bare.filter((other) => other === own).length === 1 ? own : name.replace(/^public\./, '');
    const candidates = [clipped(short, LABEL)];
    for (let number = 2; labels.includes(candidates.at(-1) ?? ''); number++)
      candidates.push(`${short.slice(0, LABEL - 4).toWellFormed()}… ${number}`);
    labels.push(candidates.at(-1) ?? short);
  }
  return labels;
}
