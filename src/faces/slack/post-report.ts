import type { Announcer } from '../../ops/announcer.ts';
import { sayOpenly } from './answer.ts';
import type { Desk } from './desk.ts';
import { drawReport } from './draw-report.ts';

/** Posts reports that nobody asked for in person. */
export function createAnnouncer(desk: Desk): Announcer {
  return {
    post: async (channel, wish, report) => {
      await sayOpenly(desk, channel, drawReport(desk, wish, report));
    },
  };
}
