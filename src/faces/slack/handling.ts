import { randomUUID } from 'node:crypto';
import { sayPrivately } from './answer.ts';
import type { Arrival } from './ask.ts';
import { type Asker, askerOf, type Desk, type Origin } from './desk.ts';
import { drawWords } from './draw-report.ts';

/** For what Bolt acknowledges by itself, before anybody here hears of it. */
export const acknowledgedByBolt = async (): Promise<void> => undefined;

/** What an answer in the acknowledgement comes to, and what is left to do once it is given. */
export interface Answered<T> {
  readonly response: T | undefined;
  readonly afterwards?: () => Promise<void>;
}

/** Where a request comes from; and since when it is here, and who asks, where that is known already. */
export type Arriving = Pick<Arrival, 'origin' | 'asker'> & { readonly sinceMs?: number };

/** The one way in which requests from Slack are handled: acknowledged once, answered whatever happens, waited for at the end. */
export interface Handling {
  /** Acknowledges at once, then works. */
  afterAck(ack: () => Promise<void>, arriving: Arriving, work: (asker: Asker) => Promise<void>): Promise<void>;
  /** Works, then acknowledges with what came of it; nothing where the work failed. */
  withAck<T>(
    ack: (response?: T) => Promise<void>,
    arriving: Arriving,
    work: (asker: Promise<Asker>) => Promise<Answered<T>>,
  ): Promise<void>;
  /** Waits for other work at the end, too. */
  follow(work: Promise<void>): Promise<void>;
  /** Resolves when nothing is being worked on. */
  settled(): Promise<void>;
}

export function createHandling(desk: Desk): Handling {
  const underWay = new Set<Promise<void>>();
  const follow = (work: Promise<void>): Promise<void> => {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  };
  const guarded = async (origin: Origin, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      await explain(desk, origin, error);
    }
  };
  return {
    follow,
    afterAck: (ack, arriving, work) =>
      follow(
        guarded(arriving.origin, async () => {
          await Promise.all([timed(desk, ack, arriving)(), askerIn(desk, arriving).then(work)]);
        }),
      ),
    withAck: (untimed, arriving, work) =>
      follow(
        guarded(arriving.origin, async () => {
          const ack = timed(desk, untimed, arriving);
          const answered = await work(askerIn(desk, arriving)).catch(async (error: unknown) => {
            await ack();
            throw error;
          });
          await ack(answered.response);
          await answered.afterwards?.();
        }),
      ),
    settled: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}

function askerIn(desk: Desk, { origin, asker }: Arriving): Promise<Asker> {
  return asker ?? askerOf(desk, origin);
}

/** The acknowledgement, counted by how long Slack waits for it: what is stored first is stored within that time. */
function timed<T>(
  { ports: { meter } }: Desk,
  ack: (response?: T) => Promise<void>,
  { sinceMs = performance.now() }: Arriving,
): (response?: T) => Promise<void> {
  if (!meter || ack === acknowledgedByBolt) return ack;
  return async (response) => {
    await ack(response);
    meter.acknowledged((performance.now() - sinceMs) / 1000);
  };
}

/** The one place where a failure of this face is logged; whoever asked gets a reference to it. */
async function explain(desk: Desk, origin: Origin, error: unknown): Promise<void> {
  const reference = randomUUID().slice(0, 8);
  desk.ports.log.error({ err: error, reference, user: origin.userId }, 'a request from Slack failed');
  const title = 'Something went wrong between CapOps and Slack. Ask again; what was done already is not done twice.';
  await sayPrivately(desk, origin, drawWords(desk, { title, note: `Reference ${reference}` })).catch(
    (unsaid: unknown) => {
      desk.ports.log.warn({ err: unsaid, reference }, 'and Slack took no answer either');
    },
  );
}
