import { counted } from '../../domain/counted.ts';
import { showTime } from '../../domain/end-date.ts';
import { openLogTime } from '../../domain/log-text.ts';
import type { Context } from '../service/operation.ts';
import type { Attachment, Part, Report } from '../service/report.ts';
import { type LogRead, SEARCHED_LINES } from './read-log.ts';
import { lineWords, shownLines } from './shown-lines.ts';

/** More than these go into a file. */
const SHOWN_LINES = 40;
/** What is shown beside the file. */
const LAST_LINES = 15;
const MORE_LINES = 1000;
const FILE_CHARACTERS = 5_000_000;

/** What a service has written, as far as it was wished for. */
export interface ServiceLog extends LogRead {
  readonly service: string;
  readonly since: Date | undefined;
  readonly grep: string | undefined;
}

/** In the terminal all of it; elsewhere what a message holds, and a file where that is not all. */
export function logReport(log: ServiceLog, { actor, raw, settings: { timeZone }, clock }: Context): Report {
  const time = openLogTime(timeZone);
  const report: Report = { tone: 'info', title: titleOf(log, timeZone) };
  if (log.lines.length === 0) return report;
  const notes = notesOn(log, timeZone);
  if (actor.face === 'terminal') {
    const lines = log.lines.map((line) => lineWords(line, time));
    return { ...report, parts: [{ kind: 'log', lines }, ...notes] };
  }
  const shown = shownLines(log.lines, time);
  const isAll =
    log.lines.length <= SHOWN_LINES && log.lines.every((line, place) => lineWords(line, time) === shown[place]);
  const offers = hasMore(log)
    ? [{ label: `Show ${counted(MORE_LINES, 'line')}`, operation: 'logs', input: { ...raw, lines: MORE_LINES } }]
    : [];
  if (isAll) return { ...report, parts: [{ kind: 'log', lines: shown }, ...notes], offers };
  const attachment = fileOf(log, { time, stamp: time(clock.now()), timeZone });
  const last = shown.slice(-LAST_LINES);
  const intro: Part = { kind: 'text', text: `The newest ${last.length} of them; the file has all.` };
  return { ...report, parts: [intro, { kind: 'log', lines: last }, ...notes], offers, attachments: [attachment] };
}

function titleOf({ service, lines, found, isPartial, grep, since }: ServiceLog, timeZone: string): string {
  const holding = grep === undefined ? '' : ` with “${grep}”`;
  const from = since ? ` since ${showTime(since, timeZone)}` : '';
  const among = grep !== undefined && isPartial ? `, among its newest ${counted(SEARCHED_LINES, 'line')}` : '';
  if (lines.length === 0) return `${service} has written nothing${holding}${from}${among}.`;
  const count = counted(lines.length, 'line');
  if (found === lines.length) return `${service}: ${count}${holding}${from}${among}.`;
  if (grep === undefined) return `${service}: the newest ${count}${from}.`;
  const all = found.toLocaleString('en-GB');
  return `${service}: the newest ${lines.length} of ${all} lines${holding}${from}${among}.`;
}

function hasMore({ grep, found, lines }: ServiceLog): boolean {
  return grep === undefined && found > lines.length && lines.length < MORE_LINES;
}

function notesOn({ lines }: ServiceLog, timeZone: string): Part[] {
  const isCleaned = lines.some(({ text }) => text.includes('[secret]'));
  return [
    { kind: 'note', text: `Times are in ${timeZone}.${isCleaned ? ' What looks like a secret was taken out.' : ''}` },
  ];
}

interface Filing {
  readonly time: (at: Date) => string;
  readonly stamp: string;
  readonly timeZone: string;
}

/** The newest lines that a file of some megabytes holds. */
function fileOf({ service, lines }: ServiceLog, { time, stamp, timeZone }: Filing): Attachment {
  const kept: string[] = [];
  let left = FILE_CHARACTERS;
  for (const line of lines.toReversed()) {
    const words = lineWords(line, time);
    left -= words.length + 1;
    if (left < 0) break;
    kept.unshift(words);
  }
  return {
    name: `${service}-${stamp.replaceAll(/\D/g, '')}.log`,
    content: `${kept.join('\n')}\n`,
    summary: `${counted(kept.length, 'line')} of ${service}, times in ${timeZone}`,
  };
}
