import { noAnswerOf } from '../domain/no-answer.ts';
import { StartError, StorageError } from '../errors.ts';
import type { Log, Look, NoAnswer, Sight } from '../ports.ts';

/** How long work whose time is over may take to say how far it was. */
const LAST_WORDS_MS = 25;

/** An answer began, and was not through when the time was over. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError';
}

/** Who is looked at, for the log; `log` gets what went wrong, addresses too. */
export interface Sighting {
  readonly service: string;
  readonly log: Log;
}

/** What the work sees, with how long it took. Never rejects, and resolves as soon as the look's signal aborts. */
export async function sightOf<T extends object>(
  { service, log }: Sighting,
  { signal }: Look,
  work: () => Promise<T>,
): Promise<Sight<T>> {
  const begun = performance.now();
  const elapsedMs = () => performance.now() - begun;
  try {
    const seen = await untilAborted(signal, work);
    return { isAnswered: true, ms: elapsedMs(), ...seen };
  } catch (error) {
    const because = reasonOf(error, signal);
    log.info({ service, because, reason: wordsOf(error) }, 'a look at a service came to nothing');
    const sentence = error instanceof StorageError || error instanceof StartError ? { sentence: error.message } : {};
    return { isAnswered: false, ms: elapsedMs(), because, ...sentence };
  }
}

function reasonOf(error: unknown, signal: AbortSignal): NoAnswer {
  if (error instanceof UnfinishedError) return 'unfinished';
  return signal.aborted ? 'silent' : noAnswerOf(error);
}

/** What it says, and what is behind it: TLS hangs whole certificates on its errors, and Redis what was sent. */
function wordsOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  if (depth > 3) return '…';
  const { errors } = error as { errors?: unknown };
  const behind = [...(Array.isArray(errors) ? errors : []), ...(error.cause === undefined ? [] : [error.cause])];
  return [error.message, ...behind.map((one) => wordsOf(one, depth + 1))].filter(Boolean).join('; ');
}

/** The work's outcome, or a rejection as soon as the signal aborts and the work has had its chance to say why. */
async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const abort = () => {
    timer = setTimeout(() => aborted.reject(signal.reason), LAST_WORDS_MS);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    clearTimeout(timer);
  }
}
