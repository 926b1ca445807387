import { databaseDown } from '../../domain/connection-failure.ts';
import { UnavailableError } from '../../errors.ts';
import type { Actor, Databases, Ports } from '../../ports.ts';
import { answerWithin, isLate } from '../health/within-limit.ts';
import type { Reply } from '../service/report.ts';
import type { OpsService } from '../service/service.ts';
import { LEDGER } from '../service/with-ledger.ts';

/** Who looks at their home tab, and when. */
export interface Viewer extends Ports {
  readonly actor: Actor;
  readonly service: OpsService;
  readonly now: Date;
}

/** One part of the home tab. */
export interface HomeSubject {
  /** One word. */
  readonly key: string;
  /** What stands in front: `Backups`. */
  readonly name: string;
  /** Where it is read. */
  readonly source: keyof Databases;
  /** Whoever may run this may see it. */
  readonly operation: string;
  /** Asks the databases what is known, and looks at nothing else. Undefined: there is nothing to show. */
  readonly look: (viewer: Viewer) => Promise<Reply | undefined>;
}

export interface HomeSection {
  readonly key: string;
  readonly name: string;
  readonly reply: Reply;
}

/** Slack shows the tab when all is there: a part that takes longer is told as missing. */
const LIMIT_MS = 800;

/** Looks at all at once. What cannot be read says so, and the others stand. */
export async function lookAtSubjects(viewer: Viewer, subjects: readonly HomeSubject[]): Promise<HomeSection[]> {
  const sections = subjects.map(async (subject) => {
    const reply = await answerWithin(LIMIT_MS, undefined, () => subject.look(viewer)).catch((error: unknown) =>
      unread(viewer, subject, error),
    );
    const { key, name } = subject;
    return reply ? [{ key, name, reply }] : [];
  });
  return (await Promise.all(sections)).flat();
}

const SOURCES = { platform: 'the platform’s database', ledger: LEDGER } as const;

function unread({ log }: Viewer, { key, source }: HomeSubject, error: unknown): Reply {
  log.warn({ err: error, section: key }, 'a part of a home tab could not be read');
  const isDown = isLate(error) || error instanceof UnavailableError || databaseDown(error);
  const why = isDown ? `${SOURCES[source]} does not answer` : 'the log has the reason';
  return { tone: 'attention', title: `This could not be read: ${why}.` };
}
