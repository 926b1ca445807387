import type { Containers } from '../../ports.ts';
import { type LogWish, openSieve } from './read-log.ts';
import { lineWords } from './shown-lines.ts';

interface Printer {
  readonly print: (line: string) => Promise<boolean>;
  readonly time: (at: Date) => string;
}

/** Prints a service’s newest lines, and what follows, until the signal aborts, its containers end, or nobody reads on. */
export async function followLog(containers: Containers, wish: LogWish, { print, time }: Printer): Promise<number> {
  const { service, since, count: lines } = wish;
  const show = openSieve(wish);
  const unread = new AbortController();
  const signal = AbortSignal.any([wish.signal, unread.signal]);
  let printed = 0;
  await containers.readLog({ service, since, lines, signal, follow: true }, async (line) => {
    const shown = show(line);
    if (!shown || signal.aborted) return;
    if (await print(lineWords(shown, time))) printed += 1;
    else unread.abort();
  });
  return printed;
}
