import { schedule as everyMinute, type Logger } from 'node-cron';
import { runDue } from '../../ops/scheduling/run-due.ts';
import type { ScheduleDesk } from '../../ops/scheduling/schedule-work.ts';
import type { Log } from '../../ports.ts';

export interface Scheduler {
  /** Looks at once (a restart may have come at the moment something was due), and then every minute. */
  start(): void;
  /** Begins nothing new, and resolves when everything that was begun has come to an end. */
  stop(): Promise<void>;
}

/** The face that nobody looks at: what is due runs by itself. */
export function createScheduler(desk: ScheduleDesk): Scheduler {
  const { log } = desk.ports;
  const stopping = new AbortController();
  const looks = new Set<Promise<void>>();
  const look = (): void => {
    const work = runDue(desk, stopping.signal).catch((error: unknown) => {
      log.warn({ err: error }, 'the schedule could not be looked at; the next minute will');
    });
    looks.add(work);
    void work.finally(() => looks.delete(work));
  };
  const logger = cronLog(log);
  let task: ReturnType<typeof everyMinute> | undefined;
  return {
    start: () => {
      task = everyMinute('* * * * *', look, { timezone: 'UTC', logger, suppressMissedWarning: true });
      look();
    },
    stop: async () => {
      stopping.abort();
      await task?.destroy();
      await Promise.all(looks);
    },
  };
}

function cronLog(log: Log): Logger {
  const text = (said: string | Error) => (said instanceof Error ? said.message : said);
  return {
    info: (said) => log.debug({}, said),
    debug: (said) => log.debug({}, text(said)),
    warn: (said) => log.warn({}, said),
    error: (said, error) => log.error({ err: error ?? said }, text(said)),
  };
}
