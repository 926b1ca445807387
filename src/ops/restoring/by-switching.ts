import { besideName } from '../../domain/beside-name.ts';
import { NONE } from '../../models/restore.ts';
import type { DatabaseServer } from '../../ports.ts';
import { freeMoment } from './free-moment.ts';
import type { Placement } from './placement.ts';

/** Another database takes the live one's name. Numbers tell them apart, whatever they are called. */
export function bySwitching(server: DatabaseServer): Placement {
  const oidOf = async (name: string) => (await server.find(name))?.oid;
  return {
    // Its sessions ended with it, and removing what it left waits for what they were at.
    settled: async () => undefined,
    isLive: async ({ scratchOid, liveOid }) => {
      const live = await oidOf(server.live);
      if (live === undefined && liveOid !== NONE) throw new Error(`${server.live} is not there`);
      return scratchOid !== null && live === scratchOid;
    },
    isKept: async ({ former, liveOid }) => (await oidOf(former)) === liveOid,
    isUndone: async ({ undone, scratchOid }) =>
      undone !== null && scratchOid !== null && (await oidOf(undone)) === scratchOid,
    undoneName: async (_, from) => {
      const nameAt = (at: Date) => besideName(server.live, 'undone', at);
      const isTaken = async (name: string) => (await oidOf(name)) !== undefined;
      return nameAt(await freeMoment(from, (at) => [nameAt(at)], isTaken));
    },
    putBack: async ({ former, scratchOid }, undone) => {
      const names = { incoming: former, outgoing: undone };
      const { unavailableMs } = await server.swap({
        ...names,
        ...(scratchOid === null ? {} : { liveOid: scratchOid }),
      });
      return Math.round(unavailableMs);
    },
    remove: async ({ step, former, liveOid, scratchOid }) => {
      if ((await oidOf(former)) !== (step === 'undone' ? scratchOid : liveOid)) return false;
      await server.drop(former);
      return true;
    },
    discard: async ({ scratch, scratchOid }) => {
      if (scratch === null) return;
      const found = await oidOf(scratch);
      if (found !== undefined && (scratchOid === null || found === scratchOid)) await server.drop(scratch);
    },
  };
}
