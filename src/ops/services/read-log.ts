import { openLogCleaner } from '../../domain/log-text.ts';
import type { Containers, SupportDesk } from '../../ports.ts';

/** With a word to look for, so many of the newest lines are looked through. */
export const SEARCHED_LINES = 50_000;

/** A line as it is shown: without secrets. */
export interface ShownLine {
  readonly at: Date;
  readonly isError: boolean;
  readonly text: string;
}

export interface LogWish {
  readonly service: string;
  readonly since?: Date | undefined;
  /** Only lines that hold these characters, in any case. */
  readonly grep?: string | undefined;
  /** So many of the newest. */
  readonly count: number;
  readonly signal: AbortSignal;
  /** Absent where nothing is known of what is configured. */
  readonly withoutConfigured?: SupportDesk['withoutConfigured'] | undefined;
}

export interface LogRead {
  readonly lines: readonly ShownLine[];
  /** How many lines there were to show, of which the newest are shown. */
  readonly found: number;
  /** There may be older ones, which were not read. */
  readonly isPartial: boolean;
}

/** The newest lines of a service, without secrets; what is looked for is looked for in what is shown. */
export async function readLog(containers: Containers, wish: LogWish): Promise<LogRead> {
  const { service, since, count, signal } = wish;
  const show = openSieve(wish);
  const lines: ShownLine[] = [];
  let found = 0;
  const asked = { service, since, signal, lines: wish.grep === undefined ? count + 1 : SEARCHED_LINES };
  const { isPartial } = await containers.readLog(asked, (line) => {
    const shown = show(line);
    if (!shown) return;
    found += 1;
    lines.push(shown);
    if (lines.length > 2 * count) lines.splice(0, lines.length - count);
  });
  return { lines: lines.slice(-count), found, isPartial };
}

/** What of a log is shown, line by line. */
export function openSieve({
  grep,
  withoutConfigured,
}: Pick<LogWish, 'grep' | 'withoutConfigured'>): (line: ShownLine) => ShownLine | undefined {
  const clean = openLogCleaner(grep, withoutConfigured);
  return ({ at, isError, text: written }) => {
    const text = clean(written);
    return text === undefined ? undefined : { at, isError, text };
  };
}
