import { systemClock } from './adapters/clock.ts';
import { giveBackAfterStart } from './adapters/flat-memory.ts';
import { openDaemon, readyFields, refuseToStart, stopOnSignal } from './daemon.ts';
import type { Watch } from './faces/http/index.ts';
import type { Scheduler } from './faces/scheduler/index.ts';
import { createSlackFace } from './faces/slack/index.ts';
import { startWorker } from './faces/worker/index.ts';
import { OPERATIONS } from './ops/index.ts';
import { checkSchedule } from './ops/scheduling/check-schedule.ts';
import type { ScheduleDesk } from './ops/scheduling/schedule-work.ts';
import { startUpkeep } from './ops/upkeep/upkeep.ts';
import type { Log } from './ports.ts';

/** How long a stop waits for what is under way before it gives up. */
const DRAIN_MS = 10_000;
/** What takes long is handed back to another process before that. */
const GRACE_MS = 5_000;
/** How often a start that waits for Slack says so. */
const LATE_MS = 5_000;

/** The bot: configuration, adapters, the ops service, its faces; SIGTERM drains and closes in reverse. */
async function main(): Promise<void> {
  const daemon = await openDaemon(({ settings }) => checkSchedule({ settings, clock: systemClock }, OPERATIONS));
  const { config, slack, web, ports, service, queue } = daemon;
  const { log, startId } = ports;
  const { announcements, worker: work } = config;
  const face = createSlackFace({ service, ports, web, config: slack, announcements });
  const upkeep = startUpkeep({ ports, service, startId, announcer: face.announcer, channel: announcements }, face.tell);
  const worker = work.isHere
    ? startWorker({ ports, service, queue, concurrency: work.concurrency, graceMs: GRACE_MS })
    : undefined;
  const running: { watch?: Watch | undefined; scheduler?: Scheduler | undefined } = {};
  stopOnSignal(log, DRAIN_MS, async () => {
    service.stopWaiting();
    await Promise.allSettled([face.stop(), running.scheduler?.stop(), worker?.stop()]);
    await service.settled();
    await upkeep.stop();
    await running.watch?.stop();
    await daemon.close();
  });
  running.watch = await daemon.watchOver(face.isConnected);
  const { port } = await patiently(log, face.start());
  running.scheduler = await startScheduler({ ports, service, announcer: face.announcer });
  log.info({ port, ...readyFields(config, running.watch) }, 'ready');
  giveBackAfterStart();
}

/** Slack may take long, or be down: whoever reads the log hears of it. */
async function patiently<T>(log: Log, start: Promise<T>): Promise<T> {
  const late = setInterval(() => log.warn({}, 'Slack does not answer yet; CapOps goes on trying'), LATE_MS);
  return start.finally(() => clearInterval(late));
}

/** Loaded only where something is scheduled. */
async function startScheduler(desk: ScheduleDesk): Promise<Scheduler | undefined> {
  if ((desk.ports.settings.policy?.schedule ?? []).length === 0) return undefined;
  const { createScheduler } = await import('./faces/scheduler/index.ts');
  const scheduler = createScheduler(desk);
  scheduler.start();
  return scheduler;
}

main().catch(refuseToStart);
