import type { Ports } from '../../ports.ts';
import { restore } from '../restore.ts';
import type { Announcer } from '../service/announcer.ts';
import type { Report } from '../service/report.ts';
import { type Chores, openChores } from '../upkeep/chores.ts';
import { tendDrills } from './tend-drills.ts';
import { tendRestores } from './tend-restores.ts';

const LOOK_EVERY_MS = 60_000;

/** Looks after what restores and drills leave beside the live database, from now on. */
export function startRestoreUpkeep(board: {
  readonly ports: Ports;
  readonly announcer: Announcer;
  readonly channel: string | undefined;
}): Pick<Chores, 'stop'> {
  const { ports, announcer, channel } = board;
  const about = { operation: restore, raw: {} };
  const tell = async (report: Report) => {
    ports.log.info({}, report.title);
    if (channel === undefined) return;
    await announcer.post(channel, about, report).catch((error: unknown) => {
      ports.log.warn({ err: error, channel }, 'a channel could not be told of a restore');
    });
  };
  const chores = openChores(ports.log);
  const each = { everyMs: LOOK_EVERY_MS };
  chores.add('what restores left could not be looked after', () => tendRestores({ ports, tell }), each);
  chores.add('what drills left could not be removed', () => tendDrills(ports), each);
  return chores;
}
