import { Emergency, EmergencyGrant } from '../../models/emergency.ts';
import { Run } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import { emergencyAccess } from '../emergency-access.ts';
import type { Announcer, Posted } from '../service/announcer.ts';
import type { Report } from '../service/report.ts';
import { endNews, grantNews, isFirst, overNews } from './emergency-news.ts';
import { skippedPeople } from './skipped-people.ts';

/** Whom emergencies are told to, and how. */
export interface EmergencyTeller {
  /** Where it cannot say where a message stands, `ts` is empty: that message stays as it is. */
  readonly announcer: Announcer;
  /** Undefined: it is told where it was asked for. */
  readonly channel: string | undefined;
}

/** What nobody could be told for so long is given up. */
const GIVEN_UP_MS = 24 * 3_600_000;
const WISH = { operation: emergencyAccess, raw: {} };

/**
 * Tells the channel, and in their direct messages each person who was passed over, what they have not heard; keeps what
 * stands in the channel true. A crash right behind a message makes it come twice, rather than never. What Slack does not take
 * holds up nothing else; then it rejects at the end. To be called by one at a time.
 */
export async function tellEmergencies(ports: Ports, teller: EmergencyTeller): Promise<void> {
  const faults: unknown[] = [];
  const attempt = (work: Promise<void>) => work.catch((error: unknown) => void faults.push(error));
  for (const emergency of await Emergency.untold(ports.databases.ledger)) {
    const to = { ...teller, channel: teller.channel ?? (await askedIn(ports, emergency)) };
    for (const grant of emergency.grants ?? []) {
      if (grant.toldAt === null) await attempt(tellGrant(ports, to, { emergency, grant }));
    }
    if (!emergency.endedAt) continue;
    await attempt(tellEnd(ports, to, emergency));
    await attempt(correct(ports, to, emergency));
  }
  if (faults.length > 0) throw faults[0];
}

/** The channel in which it was asked for; undefined: elsewhere, or where nobody else reads along. */
async function askedIn({ databases }: Ports, { grants = [] }: Emergency): Promise<string | undefined> {
  const [first] = grants;
  const run = first && (await Run.byId(databases.ledger, first.id));
  return run?.channel && !run.channel.startsWith('D') ? run.channel : undefined;
}

interface Given {
  readonly emergency: Emergency;
  readonly grant: EmergencyGrant;
}

async function tellGrant(ports: Ports, teller: EmergencyTeller, { emergency, grant }: Given): Promise<void> {
  const { channel, announcer } = teller;
  const { ledger } = ports.databases;
  const skipped = grant.how === 'approved' ? [] : await skippedPeople(ports, grant.actorId);
  const news = await grantNews(ports, { emergency, grant, skipped });
  const told = new Set(grant.told);
  const faults: unknown[] = [];
  for (const place of [...(channel === undefined ? [] : [channel]), ...skipped].filter((one) => !told.has(one))) {
    try {
      const posted = await announcer.post(place, WISH, news, place === channel ? skipped : []);
      told.add(place);
      await EmergencyGrant.query(ledger)
        .findById(grant.id)
        .patch({ told: [...told] });
      if (place === channel && isFirst(emergency, grant)) {
        await emergency.$query(ledger).patch({ posted: placeOf(posted), shown: emergency.endedAt ? 'ended' : 'open' });
      }
    } catch (error) {
      faults.push(error);
    }
  }
  const now = ports.clock.now();
  const isGivenUp = now.getTime() - grant.givenAt.getTime() > GIVEN_UP_MS;
  if (faults.length === 0 || isGivenUp) await EmergencyGrant.query(ledger).findById(grant.id).patch({ toldAt: now });
  if (faults.length > 0) throw faults[0];
}

/** Says that it is over, once. */
async function tellEnd(ports: Ports, { announcer, channel }: EmergencyTeller, emergency: Emergency): Promise<void> {
  if (emergency.endToldAt !== null) return;
  const { settings, clock, databases } = ports;
  const isLate = channel === undefined || isLongOver(ports, emergency);
  const posted = isLate ? undefined : await announcer.post(channel, WISH, endNews(emergency, settings));
  await emergency.$query(databases.ledger).patch({
    endToldAt: clock.now(),
    ...(posted ? { endPosted: placeOf(posted), endShown: look(emergency) } : {}),
  });
}

/** What was said before it ended, or before it was reviewed. A message that is gone is given up by and by. */
async function correct(ports: Ports, { announcer }: EmergencyTeller, emergency: Emergency): Promise<void> {
  const { settings, databases } = ports;
  const amend = (posted: Posted, news: Report) =>
    announcer.amend(posted, WISH, news).catch((error: unknown) => {
      if (!isLongOver(ports, emergency)) throw error;
    });
  if (emergency.posted && emergency.shown === 'open') {
    await amend(emergency.posted, overNews(emergency, settings));
    await emergency.$query(databases.ledger).patch({ shown: 'ended' });
  }
  if (emergency.endPosted && emergency.endShown !== look(emergency)) {
    await amend(emergency.endPosted, endNews(emergency, settings));
    await emergency.$query(databases.ledger).patch({ endShown: look(emergency) });
  }
}

function isLongOver({ clock }: Ports, { endedAt, reviewedAt }: Emergency): boolean {
  return clock.now().getTime() - Math.max(Number(endedAt), Number(reviewedAt)) > GIVEN_UP_MS;
}

function look({ reviewedAt }: Emergency): string {
  return reviewedAt ? 'reviewed' : 'ended';
}

function placeOf({ channel, ts }: Posted): { channel: string; ts: string } | null {
  return ts === '' ? null : { channel, ts };
}
