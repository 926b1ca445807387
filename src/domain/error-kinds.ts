import { clipped } from './clipped.ts';
import { readLogLine } from './log-line.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Errors that differ in names and numbers alone. */
export interface ErrorKind {
  /** The message without names, numbers and times. */
  readonly kind: string;
  readonly count: number;
  /** The last one, without secrets. */
  readonly newest: string;
}

/** The errors of one log. */
export interface CountedErrors {
  readonly total: number;
  /** The most frequent first. */
  readonly kinds: readonly ErrorKind[];
  /** How many of them stand where the log bears no time, and so may be older than asked for. */
  readonly undated: number;
}

const MOST_KINDS = 200;
const OTHERS = 'other errors';
const KIND = 160;
const EXAMPLE = 300;
/** Of a longer message only the beginning is looked at. */
const LOOKED_AT = 2000;

const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/^\W{0,2}\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?\]?\s*/, ''],
  [/^(?:<\d+>)?[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \S+ /, ''],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, '<address>'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<address>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[0-9a-f:]{3,}\](?::\d+)?/gi, '<address>'],
  [/"[^"]*"|(?<!\w)'[^']*'(?!\w)|“[^”]*”|`[^`]*`/g, '<value>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
];

/** What an error is when names and numbers are taken from its message. */
export function errorKind(message: string): string {
  const kind = VARIABLES.reduce((left, [pattern, instead]) => left.replace(pattern, instead), message);
  return clipped(kind.trim(), KIND);
}

/** Counts the errors of a log from a moment on, line by line, in memory that does not grow with the log. */
export function countErrors({ since, now }: { readonly since: Date; readonly now: Date }): {
  take(line: string): void;
  result(): CountedErrors;
} {
  const kinds = new Map<string, { count: number; newest: string }>();
  const record = { at: undefined as Date | undefined, isError: false };
  const sum = { total: 0, undated: 0 };
  return {
    take: (line) => {
      const { at, isError, message } = readLogLine(line, now);
      const goesOn = !at && record.at !== undefined && record.isError;
      if (at) Object.assign(record, { at, isError });
      if (!isError || goesOn || (record.at && record.at < since)) return;
      record.isError = true;
      sum.total += 1;
      if (!record.at) sum.undated += 1;
      const shown = clipped(withoutSecrets(message.slice(0, LOOKED_AT)).replaceAll(/\s+/g, ' ').trim(), EXAMPLE);
      const kind = errorKind(shown);
      const known = kinds.has(kind) || kinds.size < MOST_KINDS ? kind : OTHERS;
      kinds.set(known, { count: (kinds.get(known)?.count ?? 0) + 1, newest: shown });
    },
    result: () => ({
      ...sum,
      kinds: [...kinds]
        .map(([kind, { count, newest }]) => ({ kind, count, newest }))
        .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1)),
    }),
  };
}
