import type { RestoreRequest, RestoreSource, RestoreTools } from '../ports.ts';
import { sweepForeignRoles } from './foreign-role.ts';
import { type RestoreSettings, restoreDump } from './restore.ts';
import { identifyDump } from './restore-identity.ts';
import { look, meet, readingOf, withSession } from './restore-look.ts';
import { readDump } from './restore-reading.ts';
import { roomObstacle } from './restore-room.ts';
import { passDump } from './restore-staging.ts';

/** Looks for its programs anew each time: they may be installed or updated meanwhile. */
export function openRestoreTools(settings: RestoreSettings): RestoreTools {
  const lookInto = async (source: RestoreSource, request: RestoreRequest, { isWhole }: { isWhole: boolean }) => {
    const looked = await look(source, request, settings.programs);
    const dump = await passDump(source, { ...looked, request, folders: settings.folders ?? [] }, { isWhole });
    try {
      return { ...looked, read: await readDump(dump, readingOf(looked, { isWhole })) };
    } finally {
      await dump.close();
    }
  };
  return {
    identify: (source, request = {}) => identifyDump(source, request),
    contents: async (source, request = {}) => {
      const { read } = await lookInto(source, { ...request, trust: 'ours' }, { isWhole: false });
      return read.contents;
    },
    plan: async (url, source, request) => {
      const looked = await lookInto(source, request, { isWhole: request.trust === 'foreign' });
      const noRoom = await roomObstacle(looked, settings.folders ?? []);
      return withSession(url, request.signal, async ({ client }) => {
        const { plan } = await meet(client, looked);
        return { ...plan, obstacles: [...plan.obstacles, ...noRoom] };
      });
    },
    restore: (url, source, request) => restoreDump(url, source, { request, settings }),
    sweepForeignRoles,
  };
}
