import { covers, type Standing } from '../../domain/access-policy.ts';
import type { Actor, Ports } from '../../ports.ts';
import { standingNow } from '../service/authorise.ts';
import { frozenWords } from '../service/frozen.ts';
import type { Operation } from '../service/operation.ts';
import type { Part, Reply } from '../service/report.ts';
import type { OpsService } from '../service/service.ts';
import { emergency } from './emergency.ts';
import { endingAccess } from './ending-access.ts';
import { health } from './health.ts';
import { type HomeSection, type HomeSubject, lookAtSubjects } from './home-section.ts';
import { lastBackup } from './last-backup.ts';
import { ownWork } from './own-work.ts';
import { waiting } from './waiting.ts';

/** What somebody's home tab shows. */
export interface Home {
  readonly standing: Standing;
  /** Nothing for whoever has no role. */
  readonly sections: readonly HomeSection[];
  /** The operations that their role lets them run. */
  readonly may: readonly Operation[];
}

/** What is most urgent comes first. */
const SUBJECTS: readonly HomeSubject[] = [emergency, frozen(), waiting, health, lastBackup, endingAccess, ownWork];

/** The state of everything as far as the actor may see it: what is on record, within a second; nothing is asked of anything else. */
export async function homeOf(ports: Ports, service: OpsService, actor: Actor): Promise<Home> {
  const standing = await standingNow(ports, actor);
  const may = service.operations.filter(({ role }) => covers(standing.role, role));
  const names = new Set(may.map(({ name }) => name));
  const subjects = SUBJECTS.filter(({ operation }) => names.has(operation));
  const sections = await lookAtSubjects({ ...ports, service, actor, now: ports.clock.now() }, subjects);
  return { standing, may, sections: sections.map((section) => ({ ...section, reply: inReach(section.reply, names) })) };
}

function inReach(reply: Reply, names: ReadonlySet<string>): Reply {
  return reply.offers ? { ...reply, offers: reply.offers.filter(({ operation }) => names.has(operation)) } : reply;
}

/** Shown only while changes are frozen. */
function frozen(): HomeSubject {
  return {
    key: 'frozen',
    name: 'Changes',
    source: 'ledger',
    operation: 'whoami',
    async look(viewer) {
      const words = await frozenWords(viewer);
      const parts: Part[] = [{ kind: 'note', text: 'Looking things up works.' }];
      return words
        ? {
            tone: 'attention',
            title: words,
            parts,
            offers: [{ label: 'Thaw', operation: 'thaw', input: {}, confirm: 'Allow changes again?' }],
          }
        : undefined;
    },
  };
}
