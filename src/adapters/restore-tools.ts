import type { RestoreTools } from '../ports.ts';
import { sweepForeignRoles } from './foreign-role.ts';
import { type RestoreSettings, restoreDump } from './restore.ts';
import { identifyDump } from './restore-identity.ts';
import { look, meet, readingOf, withSession } from './restore-look.ts';
import { readDump } from './restore-reading.ts';
import { passDump } from './restore-staging.ts';

/** Looks for its programs anew each time: they may be installed or updated meanwhile. */
export function openRestoreTools(settings: RestoreSettings): RestoreTools {
  return {
    identify: (source, request = {}) => identifyDump(source, request),
    contents: async (source, request = {}) => {
      const looked = await look(source, { ...request, trust: 'ours' }, settings.programs);
      const dump = passDump(source, { ...looked, request: { ...request, trust: 'ours' } });
      return (await readDump(dump, readingOf(looked, { isWhole: false }))).contents;
    },
    plan: async (url, source, request) => {
      const looked = await look(source, request, settings.programs);
      const dump = passDump(source, { ...looked, request });
      const read = await readDump(dump, readingOf(looked, { isWhole: request.trust === 'foreign' }));
      return withSession(url, request.signal, async ({ client }) => (await meet(client, { ...looked, read })).plan);
    },
    restore: (url, source, request) => restoreDump(url, source, { request, settings }),
    sweepForeignRoles,
  };
}
