import type { Progress } from '../../ports.ts';
import { amend, type Posted } from './answer.ts';
import type { Desk, Message } from './desk.ts';

/** Slack takes some 50 changes a minute, of all messages together. */
const EVERY_MS = 3_000;
/** Without news the message is changed this often, for the time that has passed. */
const QUIET_MS = 30_000;

/** One message that shows how far a run is. */
export interface ProgressMessage {
  /** Takes note; what comes faster than the message may change is skipped. */
  readonly progress: (progress: Progress) => void;
  /** Shows it from now on. Idempotent. */
  begin(): void;
  /** Shows nothing more; resolves with where the message stands once no change is on its way. */
  stop(): Promise<Posted | undefined>;
}

interface Shown {
  readonly draw: (progress: Progress | undefined) => Message;
  /** Where it stands already. */
  readonly posted?: Posted | undefined;
  /** Posts it where it does not. */
  readonly post?: (message: Message) => Promise<Posted>;
}

/**
 * Changes a message at most every 3 s, one change at a time: the next one waits for the one before, and that for as long as
 * Slack says that it has had enough.
 */
export function showProgress(desk: Desk, { draw, post, ...shown }: Shown): ProgressMessage {
  let { posted } = shown;
  let latest: Progress | undefined;
  let isNew = false;
  let hasBegun = false;
  let hasEnded = false;
  let changing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let nextMs = 0;

  const put = async (message: Message): Promise<void> => {
    if (posted) await amend(desk, posted, message);
    else posted = await post?.(message);
  };
  const later = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(change, ms).unref();
  };
  const change = (): void => {
    isNew = false;
    changing = put(draw(latest))
      .catch((error: unknown) => desk.ports.log.warn({ err: error }, 'progress could not be shown'))
      .finally(() => {
        changing = undefined;
        nextMs = performance.now() + EVERY_MS;
        if (!hasEnded) later(isNew ? EVERY_MS : QUIET_MS);
      });
  };

  return {
    progress: (progress) => {
      latest = progress;
      if (!isNew && hasBegun && !changing && !hasEnded) later(Math.max(0, nextMs - performance.now()));
      isNew = true;
    },
    begin: () => {
      if (!hasBegun) change();
      hasBegun = true;
    },
    stop: async () => {
      hasEnded = true;
      clearTimeout(timer);
      await changing;
      return posted;
    },
  };
}
