import { counted } from '../../domain/counted.ts';
import type { Incident } from '../../domain/health-incident.ts';
import type { Circumstances } from '../../domain/health-round.ts';
import { isCovered } from '../../domain/health-windows.ts';
import { meaningOf, titleOf } from '../../domain/health-words.ts';
import { healthCheck } from '../health-check.ts';
import type { Announcer } from '../service/announcer.ts';
import type { Report } from '../service/report.ts';

/** What could not be told for so long after its end, such as below a message that somebody has deleted, is given up. */
const GIVEN_UP_MS = 24 * 3_600_000;
const WISH = { operation: healthCheck, raw: {} };

/** Where incidents are kept, and what was told of them. */
export interface IncidentBook {
  /** Those of which something may be left to tell, the oldest first. */
  untold(): Promise<readonly Incident[]>;
  /** Notes what was told; called right behind each message. */
  told(id: string, told: Partial<Incident>): Promise<void>;
}

interface Audience {
  readonly announcer: Announcer;
  readonly channel: string;
}

/**
 * Tells what is to be told now: a message for each incident, what follows in its thread. A crash right behind a message makes
 * it come twice, rather than never. One that cannot be told holds up no other; then it rejects at the end.
 */
export async function tellIncidents(book: IncidentBook, to: Audience, here: Circumstances): Promise<void> {
  const faults: unknown[] = [];
  const attempt = (work: Promise<void>) => work.catch((error: unknown) => void faults.push(error));
  const untold = await book.untold();
  const isPast = ({ ended, posted }: Incident) => ended !== undefined && posted === undefined;
  await attempt(tellPast(book, to, { past: untold.filter(isPast), here }));
  for (const incident of untold) if (!isPast(incident)) await attempt(tellOne(book, to, { incident, here }));
  if (faults.length > 0) throw faults[0];
}

/** What began and ended while nobody was told: one message for all of it. */
async function tellPast(
  book: IncidentBook,
  { announcer, channel }: Audience,
  { past, here }: { past: readonly Incident[]; here: Circumstances },
): Promise<void> {
  const [first] = past;
  if (!first || here.isQuiet) return;
  const items = past.map((incident) => titleOf(incident, here.timeZone));
  const title =
    past.length === 1 ? titleOf(first, here.timeZone) : `Meanwhile: ${counted(past.length, 'trouble')}, over.`;
  await announcer.post(channel, WISH, {
    tone: 'info',
    title,
    parts: past.length === 1 ? [] : [{ kind: 'list', items }],
  });
  for (const { id } of past) await book.told(id, { closedAt: here.at });
}

async function tellOne(
  book: IncidentBook,
  { announcer, channel }: Audience,
  { incident, here }: { incident: Incident; here: Circumstances },
): Promise<void> {
  const { id, posted, notes, notesTold, ended } = incident;
  const title = titleOf(incident, here.timeZone);
  if (!posted) {
    if (incident.held) return;
    const at = await announcer.post(channel, WISH, reportOf(incident, title));
    await book.told(id, { posted: { channel: at.channel, ts: at.ts }, shown: title, notesTold: notes.length });
    return;
  }
  if (ended && here.at.getTime() - ended.getTime() > GIVEN_UP_MS) return book.told(id, { closedAt: here.at });
  if (title !== incident.shown) {
    // An amended message makes no noise, so that it may always be true.
    await announcer.amend(posted, WISH, reportOf(incident, title));
    await book.told(id, { shown: title });
  }
  if (isHushed(incident, here)) return;
  for (const [place, note] of notes.entries()) {
    if (place < notesTold) continue;
    await announcer.reply(posted, WISH, { tone: 'info', title: note });
    await book.told(id, { notesTold: place + 1 });
  }
  if (ended) await book.told(id, { closedAt: here.at });
}

/** What is in its thread waits for the end of quiet hours, unless it is down, and of maintenance. */
function isHushed({ ended, held, service }: Incident, { isQuiet, windows }: Circumstances): boolean {
  return ended ? isQuiet || isCovered(windows, service) : held !== undefined;
}

function reportOf(incident: Incident, title: string): Report {
  const { ended, next, service } = incident;
  if (ended) return { tone: 'done', title };
  return {
    tone: 'attention',
    title,
    parts: [{ kind: 'text', text: [meaningOf(incident), next].filter((text) => text !== undefined).join('\n') }],
    offers: [
      { label: 'Check again', operation: 'health-check', input: {} },
      { label: 'Announce maintenance', operation: 'maintenance', input: { services: service }, form: true },
    ],
  };
}
