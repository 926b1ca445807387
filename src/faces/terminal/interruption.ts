import { EXIT } from './exit-code.ts';
import { writeLines } from './output.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** pnpm hands on the Ctrl-C that the terminal has sent us already: what comes so soon is the same one. */
const SAME_PRESS_MS = 300;

/**
 * Lets work that changes things come to its end although Ctrl-C is pressed; says so, on a line that `clear` has made free.
 * Pressed again, the process ends at once, and PostgreSQL rolls back what is open.
 */
export async function sheltered<T>(
  { messages }: Terminal,
  clear: () => void,
  work: () => Promise<T>,
): Promise<{ result: T; interrupted: boolean }> {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt !== undefined && performance.now() - firstAt < SAME_PRESS_MS) return;
    clear();
    if (firstAt !== undefined) process.exit(EXIT.interrupted);
    firstAt = performance.now();
    void writeLines(messages, [FINISHING]);
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
