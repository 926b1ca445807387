import type { Log } from '../../ports.ts';
import { HandedBackError } from '../service/cancellation.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Work that is done again and again, each piece never twice at once. What fails is logged, and tried again at its next time. */
export interface Chores {
  /** Aborts when they are stopped: what waits or takes long ends by it. */
  readonly ending: AbortSignal;
  /**
   * Does it now and then again after each such time; without a time only when asked. `complaint` is logged where it fails. Returns how
   * to ask for it: a call while it goes on has it done once more behind that.
   */
  add(complaint: string, work: () => Promise<unknown>, when?: When): () => void;
  /** Begins nothing new, and resolves once nothing goes on any more. */
  stop(): Promise<void>;
}

interface When {
  readonly everyMs?: number;
  /** Absent: at once, where it has a time. */
  readonly first?: 'later';
}

export function openChores(log: Log): Chores {
  const ending = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let working = Promise.resolve();
  return {
    ending: ending.signal,
    add: (complaint, work, { everyMs, first } = {}) => {
      const once = oneAtATime(async () => {
        try {
          await work();
        } catch (error) {
          if (!ending.signal.aborted) log.warn({ err: error }, complaint);
        }
      });
      const go = () => {
        // Without a value, each of which would keep the one before.
        if (!ending.signal.aborted) working = Promise.all([working, once()]).then(() => undefined);
      };
      if (everyMs !== undefined) {
        timers.push(setInterval(go, everyMs));
        if (first !== 'later') go();
      }
      return go;
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      ending.abort(new HandedBackError());
      await working;
    },
  };
}
