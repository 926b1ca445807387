import { giveBackAfterStart } from './adapters/flat-memory.ts';
import { openDaemon, readyFields, refuseToStart, stopOnSignal } from './daemon.ts';
import type { Watch } from './faces/http/index.ts';
import { sayDirectly } from './faces/slack/answer.ts';
import { openCorrespondent } from './faces/slack/correspondent.ts';
import { drawWords } from './faces/slack/draw-report.ts';
import { openHomeTabs } from './faces/slack/home-tabs.ts';
import { createAnnouncer } from './faces/slack/post-report.ts';
import { startWorker } from './faces/worker/index.ts';
import { startUpkeep } from './ops/upkeep/upkeep.ts';

/** What runs may come to its end within this time after SIGTERM; then it is handed back. */
const GRACE_MS = 25_000;
/** What cannot be begun again by another worker is cut off after this. */
const DRAIN_MS = 60_000;

/** The worker: takes long runs from the queue and answers in Slack, but takes no requests. As many of them as there is work. */
async function main(): Promise<void> {
  const daemon = await openDaemon();
  const { config, web, ports, service, queue } = daemon;
  const { announcements } = config;
  const { concurrency } = config.worker;
  const homeTabs = openHomeTabs();
  const desk = { service, ports, web, announcements, homeTabs };
  service.attend(openCorrespondent(desk));
  const board = { ports, service, announcer: createAnnouncer(desk), channel: announcements };
  const upkeep = startUpkeep({ ...board, startId: ports.startId }, async (userId, sentence) => {
    await sayDirectly(desk, userId, drawWords(desk, { title: sentence }));
  });
  const worker = startWorker({ ports, service, queue, concurrency, graceMs: GRACE_MS });
  const running: { watch?: Watch | undefined } = {};
  stopOnSignal(ports.log, DRAIN_MS, async () => {
    service.stopWaiting();
    await worker.stop();
    await service.settled();
    await homeTabs.stop();
    await upkeep.stop();
    await running.watch?.stop();
    await daemon.close();
  });
  running.watch = await daemon.watchOver(() => true);
  ports.log.info({ concurrency, ...readyFields(config, running.watch) }, 'ready');
  giveBackAfterStart();
}

main().catch(refuseToStart);
