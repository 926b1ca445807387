import { expiredBy } from '../../models/access-ends.ts';
import { AccessExpiry } from '../../models/access-expiry.ts';
import { Freeze } from '../../models/freeze.ts';
import type { Actor } from '../../ports.ts';
import { endedReport, expireAccess, MOST_AT_ONCE } from '../expire-access.ts';
import { seeToReview } from '../reviewing/tend-review.ts';
import { LeaseTakenError, withLease } from '../service/lease.ts';
import type { AccessWatch } from './access-watch.ts';
import { type DueAccess, lookAtAccess } from './due-access.ts';
import { remind } from './remind.ts';

/** A run of which the platform shows nothing is believed to have come to nothing after this. */
const FRUITLESS_MS = 10 * 60_000;

const ACTOR: Actor = { id: 'schedule:expire-access', name: 'expire-access (schedule)', face: 'schedule' };

/**
 * Lets access expire whose end has passed, tells the channel of that and of ends that are near, and sees to the access
 * review. Any replica may, at any time; one does. Where nothing is due, two statements say so, three while a review is open.
 */
export async function tendAccess(watch: AccessWatch): Promise<void> {
  const { ports } = watch;
  const { access } = ports.settings;
  if (!access) return;
  const due = await lookAtAccess(ports, access);
  if (due.isOver || due.isUntold) await attendAlone(watch, access.channel, due);
  await seeToReview(watch, due.review);
}

async function attendAlone(watch: AccessWatch, channel: string | undefined, due: DueAccess): Promise<void> {
  const claim = { resource: 'access that ends', runId: undefined, holder: 'CapOps', work: 'looking after it' };
  try {
    await withLease(watch.ports, claim, ({ signal }) => attend(watch, { due, channel, signal }));
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
  }
}

interface Charge {
  readonly due: DueAccess;
  readonly channel: string | undefined;
  readonly signal: AbortSignal;
}

async function attend(watch: AccessWatch, { due, channel, signal }: Charge): Promise<void> {
  if (due.isOver) await expire(watch, signal);
  await tellExpired(watch, channel);
  if (channel !== undefined && !signal.aborted) await remind(watch, channel, due.close);
}

/** While changes are frozen it waits: what has ended is closed to its users anyway. */
async function expire({ ports, service }: AccessWatch, signal: AbortSignal): Promise<void> {
  if (await Freeze.current(ports.databases.ledger)) return;
  while (!signal.aborted) {
    const outcome = await service.execute({ operation: expireAccess, actor: ACTOR, raw: {} });
    const { ended } = (outcome.kind === 'done' ? outcome.data : { ended: [] }) as { ended: readonly unknown[] };
    if (ended.length < MOST_AT_ONCE) return;
  }
}

/** What was done is read from the platform, so that it is told whatever became of the run's process. */
async function tellExpired({ ports, announcer }: AccessWatch, channel: string | undefined): Promise<void> {
  const { databases, settings } = ports;
  const runs = await AccessExpiry.untold(databases.ledger);
  const told = await Promise.all(
    runs.map(async (run) => ({
      run,
      ended: await expiredBy(databases.platform, { actorId: ACTOR.id, runId: run.runId }),
    })),
  );
  const ended = told.flatMap((one) => one.ended);
  if (channel !== undefined && ended.length > 0) {
    await announcer.post(channel, { operation: expireAccess, raw: {} }, endedReport(ended, settings.timeZone));
  }
  const over = told.filter((one) => one.ended.length > 0 || isFruitless(one.run, ports.clock.now()));
  for (const { run } of over) await run.wasTold(databases.ledger);
}

function isFruitless({ begunAt }: AccessExpiry, now: Date): boolean {
  return now.getTime() - begunAt.getTime() > FRUITLESS_MS;
}
