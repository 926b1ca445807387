/** What one line of somebody’s log says. */
export interface LogLine {
  /** Absent where it bears none, such as a further line of a stack trace. */
  readonly at?: Date;
  readonly isError: boolean;
  readonly message: string;
}

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const ISO = /^\W{0,2}(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?/;
const COMMON = new RegExp(`\\[(\\d\\d)/(${MONTHS})/(\\d{4}):(\\d\\d:\\d\\d:\\d\\d) ([+-]\\d{4})\\]`);
const SYSLOG = new RegExp(`^(?:<\\d+>)?(${MONTHS}) +(\\d{1,2}) (\\d\\d:\\d\\d:\\d\\d)\\b`);

const JSON_TIME = /"(?:time|timestamp|ts|@timestamp|date)"\s*:\s*(?:"([^"]{8,40})"|(\d{9,16}(?:\.\d+)?))/;
/** Numbers as pino and bunyan have them, and words. */
const JSON_ERROR =
  /"(?:level|severity|lvl|levelname)"\s*:\s*(?:[56]\d\b|"(?:error|err|fatal|crit|critical|alert|emerg|emergency|panic)")/i;
const PLAIN_ERROR =
  /\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG|ALERT)\b|\[(?:error|crit|alert|emerg)\]|\blevel="?(?:error|fatal|critical|panic)\b|^(?:Uncaught )?(?:\w+\.)*\w*(?:Error|Exception)\b|\w+Exception\b|\bException\b|^Traceback /;
const STACK = /^\s+(?:at |File "|\.\.\. \d+ more)|^\s*Caused by: |^During handling of the above exception/;

/** Reads a line of JSON or of plain text. A time without a zone counts as UTC; one without a year as the last such day. */
export function readLogLine(line: string, now: Date): LogLine {
  if (line.startsWith('{')) return readJson(line);
  const at = plainTime(line, now);
  return { ...(at ? { at } : {}), isError: PLAIN_ERROR.test(line) && !STACK.test(line), message: line };
}

function readJson(line: string): LogLine {
  const [, text, number] = JSON_TIME.exec(line) ?? [];
  const at = text === undefined ? number && dateOf(epochMs(Number(number))) : dateOf(Date.parse(text));
  const isError = JSON_ERROR.test(line);
  return { ...(at ? { at } : {}), isError, message: isError ? messageOf(line) : '' };
}

/** Seconds, milliseconds, microseconds. */
function epochMs(number: number): number {
  if (number < 1e11) return number * 1000;
  return number < 1e14 ? number : number / 1000;
}

function dateOf(ms: number): Date | undefined {
  return Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms) : undefined;
}

/** What went wrong, in one line; the line itself where it is no JSON or has no message. */
function messageOf(line: string): string {
  try {
    const { msg, message, error, err } = JSON.parse(line) as Record<string, unknown>;
    const thrown = [err, error].find((one) => typeof one === 'object' && one !== null) as
      | { message?: unknown }
      | undefined;
    const words = [msg, message, thrown?.message, error, err].filter((one) => typeof one === 'string' && one !== '');
    return [...new Set(words)].slice(0, 2).join(': ') || line;
  } catch {
    return line;
  }
}

function plainTime(line: string, now: Date): Date | undefined {
  const iso = ISO.exec(line);
  if (iso) {
    const [, year, month, day, time, fraction = '0', zone = 'Z'] = iso;
    return dateOf(Date.parse(`${year}-${month}-${day}T${time}.${fraction.slice(0, 3)}${zone.replace(/UTC|GMT/, 'Z')}`));
  }
  const common = COMMON.exec(line);
  if (common) return dateOf(Date.parse(`${common[1]} ${common[2]} ${common[3]} ${common[4]} ${common[5]}`));
  const syslog = SYSLOG.exec(line);
  return syslog ? withoutYear(`${syslog[2]} ${syslog[1]}`, syslog[3] ?? '', now) : undefined;
}

/** The last such moment that is not a day or more ahead. */
function withoutYear(day: string, time: string, now: Date): Date | undefined {
  const years = [now.getUTCFullYear() + 1, now.getUTCFullYear(), now.getUTCFullYear() - 1];
  return years
    .map((year) => dateOf(Date.parse(`${day} ${year} ${time} UTC`)))
    .find((at) => at && at.getTime() < now.getTime() + 86_400_000);
}
