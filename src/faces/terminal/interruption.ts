import { EXIT } from './exit-code.ts';
import { writeLines } from './output.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** pnpm hands on the Ctrl-C that the terminal has sent us already: what comes so soon is the same one. */
const SAME_PRESS_MS = 300;

/** What the first Ctrl-C does, besides what is said of it on a line that `clear` has made free. */
interface Interruption {
  readonly clear: () => void;
  /** Asks work that takes long to end, now or once it can; false: what is under way comes to its end by itself. */
  readonly ask?: (() => boolean) | undefined;
  /** Nothing is said of it: nothing could be left half done. */
  readonly isQuiet?: boolean;
}

/**
 * Lets work that changes things come to its end although Ctrl-C is pressed, or asks it to end. Pressed again, the process
 * ends at once, and PostgreSQL rolls back what is open.
 */
export async function sheltered<T>(
  { messages }: Terminal,
  { clear, ask, isQuiet }: Interruption,
  work: () => Promise<T>,
): Promise<{ result: T; interrupted: boolean }> {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt !== undefined && performance.now() - firstAt < SAME_PRESS_MS) return;
    clear();
    if (firstAt !== undefined) process.exit(EXIT.interrupted);
    firstAt = performance.now();
    const stops = ask?.() ?? false;
    if (!isQuiet) void writeLines(messages, [stops ? STOPPING : FINISHING]);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const result = await work();
    return { result, interrupted: firstAt !== undefined };
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

const FINISHING =
  'Finishing what has begun, so that nothing is left half done. Ctrl-C again ends at once, and undoes what is not finished.';
const STOPPING = 'Stopping, so that nothing is left half done. Ctrl-C again ends at once.';
