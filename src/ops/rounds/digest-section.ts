import { UnavailableError } from '../../errors.ts';
import type { Ports } from '../../ports.ts';
import { answerWithin } from '../health/within-limit.ts';
import type { Report } from '../service/report.ts';

/** What a digest is about: what came after `since`, up to `now`. */
export interface Span {
  readonly since: Date;
  readonly now: Date;
  readonly timeZone: string;
}

/** One subject of the digest. */
export interface DigestSection {
  /** What waits for somebody, one sentence each; none: nothing does. */
  readonly needs: readonly string[];
  /** How it stands in a round though nothing waits: there was nothing to look at. Absent: done. */
  readonly unseen?: 'still to come' | 'person';
  /** What stands in the thread. */
  readonly report: Report;
}

/** Looks at one subject. It changes nothing. */
export interface Subject {
  /** In a sentence: `the backups`. */
  readonly name: string;
  readonly look: (ports: Ports, span: Span) => Promise<DigestSection>;
}

/** How long a subject is waited for: a digest without it is better than none. */
const LIMIT_MS = 15_000;

/** Looks at all subjects at once. One that cannot be looked at says so, and the others stand. */
export async function lookAtAll(ports: Ports, subjects: readonly Subject[], span: Span): Promise<DigestSection[]> {
  return Promise.all(subjects.map((subject) => lookAt(ports, subject, span)));
}

async function lookAt(ports: Ports, { name, look }: Subject, span: Span): Promise<DigestSection> {
  try {
    return await answerWithin(LIMIT_MS, undefined, () => look(ports, span));
  } catch (error) {
    ports.log.warn({ err: error, subject: name }, 'the digest could not look at something');
    const why = error instanceof UnavailableError ? error.message.split('. ')[0] : 'The log has the reason';
    const words = `This digest could not look at ${name}. ${why}.`;
    return { needs: [words], report: { tone: 'attention', title: words } };
  }
}
