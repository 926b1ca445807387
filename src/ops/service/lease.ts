import { setTimeout as sleep } from 'node:timers/promises';
import { showTime } from '../../domain/end-date.ts';
import { UserError } from '../../errors.ts';
import { Lease } from '../../models/lease.ts';
import type { Ports } from '../../ports.ts';
import { withLedger } from './with-ledger.ts';

/** What is to be worked on by one at a time. */
export interface Claim {
  /** In words: `database airport`. */
  readonly resource: string;
  /** Undefined for what is no run, such as a migration. */
  readonly runId: string | undefined;
  /** Who, in words: `Ada (slack:U0ADA)`. */
  readonly holder: string;
  /** What for: the operation's name. */
  readonly work: string;
}

export interface HeldLease {
  /** Greater than that of every holder before. */
  readonly token: string;
  /** Aborts when the lease is lost, with a LeaseLostError: the work has to stop. */
  readonly signal: AbortSignal;
}

/** Somebody else has it. Nothing was begun. */
export class LeaseTakenError extends UserError {
  /** The run that has it; it may be the same run, left behind by a worker that died. */
  readonly runId: string | null;

  constructor({ resource, holder, work, acquiredAt, runId }: Lease, timeZone: string) {
    const id = runId?.slice(0, 8);
    super(
      [
        `Somebody is at work on ${resource}: ${holder} with ${work}, since ${showTime(acquiredAt, timeZone)}.`,
        'Nothing was changed. Ask again when that has ended; should its process be gone, the way is free within a minute.',
        ...(id ? [`“run ${id}” says how far it is.`] : []),
      ].join(' '),
      id ? [{ label: 'Show that run', operation: 'show-run', input: { run: id } }] : [],
    );
    this.runId = runId;
  }
}

/** The lease could not be kept; somebody else may have it. The message is for the asker. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** How long a holder is believed to be at work after it last said so, and how often it says so. */
const PACE = { heldMs: 60_000, renewMs: 15_000 };

/**
 * Does the work while nobody else does any on the same resource, on any machine. Throws a LeaseTakenError when somebody
 * does, an UnavailableError when the ledger does not answer. A process that dies loses its lease after 60 s.
 */
export async function withLease<T>(
  ports: Pick<Ports, 'databases' | 'log' | 'settings'>,
  claim: Claim,
  work: (lease: HeldLease) => Promise<T>,
  pace = PACE,
): Promise<T> {
  const takenAt = performance.now();
  const lease = await take(ports, claim, pace);
  const lost = new AbortController();
  const ended = new AbortController();
  const keeping = keep(lease, { ports, pace, lost, ended: ended.signal, takenAt });
  try {
    return await work({ token: lease.token, signal: lost.signal });
  } finally {
    ended.abort();
    await keeping;
    await lease.release(ports.databases.ledger).catch((error: unknown) => {
      ports.log.warn({ err: error, resource: claim.resource }, 'a lease could not be released and runs out by itself');
    });
  }
}

async function take(
  { databases: { ledger }, settings }: Pick<Ports, 'databases' | 'settings'>,
  claim: Claim,
  pace: typeof PACE,
): Promise<Lease> {
  for (;;) {
    const wanted = { ...claim, runId: claim.runId ?? null };
    const lease = await withLedger(() => Lease.take(ledger, wanted, pace.heldMs / 1000));
    if (lease) return lease;
    const present = await withLedger(() => Lease.current(ledger, claim.resource));
    // Undefined: it has just been released.
    if (present) throw new LeaseTakenError(present, settings.timeZone);
  }
}

interface Keeping {
  readonly ports: Pick<Ports, 'databases' | 'log'>;
  readonly pace: typeof PACE;
  readonly lost: AbortController;
  readonly ended: AbortSignal;
  /** Before the ledger was asked, by this process's steady clock. */
  readonly takenAt: number;
}

/** Renews the lease until the work has ended or the lease is lost. Never rejects. */
async function keep(lease: Lease, { ports, pace, lost, ended, takenAt }: Keeping): Promise<void> {
  const lose = (why: string) => lost.abort(new LeaseLostError(`The hold on ${lease.resource} was lost: ${why}.`));
  const loseLater = (heldSince: number) =>
    setTimeout(() => lose('the ledger could not be reached for too long'), heldSince + pace.heldMs - performance.now());
  let deadline = loseLater(takenAt);
  const over = AbortSignal.any([lost.signal, ended]);
  for (;;) {
    await sleep(pace.renewMs, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) break;
    const askedAt = performance.now();
    try {
      const held = await lease.hold(ports.databases.ledger, pace.heldMs / 1000);
      clearTimeout(deadline);
      if (held) deadline = loseLater(askedAt);
      else lose('somebody else has taken it over');
    } catch (error) {
      ports.log.warn({ err: error, resource: lease.resource }, 'a lease could not be renewed');
    }
  }
  clearTimeout(deadline);
}
