import { clipped } from '../../domain/clipped.ts';
import type { Read, StatementFacts, StatementsFacts } from '../../domain/database-facts.ts';
import { percent } from '../../domain/database-finding.ts';
import { showTime } from '../../domain/end-date.ts';
import type { Moment } from '../../domain/moment.ts';
import type { Reply } from '../service/report.ts';

/** As many characters of a statement as tell it from others; the JSON has more. */
const SHOWN = 100;

const COLUMNS = ['Statement', 'Share', 'In all', 'Each', 'Calls'];

/** The statements that take most of the database’s time, and those that come most often. */
export function statementReplies(read: Read<StatementsFacts>, { timeZone }: Moment): Reply[] {
  if ('unread' in read) return [];
  const { countingSince, slowest, mostFrequent } = read.facts;
  const since = countingSince ? `, since ${showTime(countingSince, timeZone)}` : '';
  return [
    reply(`The statements that took most time${since}`, slowest),
    reply(`The statements that came most often${since}`, mostFrequent),
  ].filter(({ parts }) => parts !== undefined);
}

function reply(title: string, statements: readonly StatementFacts[]): Reply {
  if (statements.length === 0) return { tone: 'info', title };
  return { tone: 'info', title, parts: [{ kind: 'table', columns: COLUMNS, rows: statements.map(row) }] };
}

function row({ statement, share, totalMs, calls }: StatementFacts): string[] {
  const numbers = [percent(share), span(totalMs), span(totalMs / Math.max(1, calls)), calls.toLocaleString('en-GB')];
  return [clipped(statement, SHOWN), ...numbers];
}

/** `0.4 ms`, `12 s`, `3.2 h`. */
function span(ms: number): string {
  if (ms < 1000) return `${figures(ms)} ms`;
  if (ms < 3_600_000) return `${figures(ms / 1000)} s`;
  return `${figures(ms / 3_600_000)} h`;
}

function figures(value: number): string {
  return value.toLocaleString('en-GB', { maximumSignificantDigits: value < 100 ? 2 : 4 });
}
