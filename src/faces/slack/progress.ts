import type { Progress } from '../../ports.ts';
import { amend, type Posted } from './answer.ts';
import type { Desk, Message } from './desk.ts';
import { openPace } from './pace.ts';

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
  const put = async (message: Message): Promise<void> => {
    if (posted) await amend(desk, posted, message);
    else posted = await post?.(message);
  };
  const pace = openPace({
    everyMs: EVERY_MS,
    quietMs: QUIET_MS,
    work: () =>
      put(draw(latest)).catch((error: unknown) => desk.ports.log.warn({ err: error }, 'progress could not be shown')),
  });
  return {
    progress: (progress) => {
      latest = progress;
      pace.news();
    },
    begin: pace.begin,
    stop: async () => {
      await pace.stop();
      return posted;
    },
  };
}
