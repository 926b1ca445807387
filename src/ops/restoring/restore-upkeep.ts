import type { Ports } from '../../ports.ts';
import { restore } from '../restore.ts';
import type { Announcer } from '../service/announcer.ts';
import type { Report } from '../service/report.ts';
import { oneAtATime } from '../upkeep/one-at-a-time.ts';
import { tendDrills } from './tend-drills.ts';
import { tendRestores } from './tend-restores.ts';

const LOOK_EVERY_MS = 60_000;

/** Looks after what restores and drills leave beside the live database, from now on. */
export function startRestoreUpkeep(board: {
  readonly ports: Ports;
  readonly announcer: Announcer;
  readonly channel: string | undefined;
}): { stop(): Promise<void> } {
  const { ports, announcer, channel } = board;
  const about = { operation: restore, raw: {} };
  const tell = async (report: Report) => {
    ports.log.info({}, report.title);
    if (channel === undefined) return;
    await announcer.post(channel, about, report).catch((error: unknown) => {
      ports.log.warn({ err: error, channel }, 'a channel could not be told of a restore');
    });
  };
  const attempt = (what: string, work: () => Promise<void>) =>
    oneAtATime(() => work().catch((error: unknown) => ports.log.warn({ err: error }, what)));
  const looks = [
    attempt('what restores left could not be looked after', () => tendRestores({ ports, tell })),
    attempt('what drills left could not be removed', () => tendDrills(ports)),
  ];
  const look = () => Promise.all(looks.map((one) => one()));
  let working: Promise<unknown> = look();
  const timer = setInterval(() => {
    working = Promise.all([working, look()]);
  }, LOOK_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await working;
    },
  };
}
