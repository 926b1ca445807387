import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../errors.ts';
import { Run, type RunState } from '../../models/run.ts';
import type { Ports } from '../../ports.ts';
import type { Recorder } from './recorder.ts';
import { keysOf, type RunDraft, startRow, storedRow } from './run-rows.ts';
import type { Request } from './service.ts';
import { LEDGER, withLedger } from './with-ledger.ts';

/** What became of storing a request before it was acknowledged. */
export type Receipt = StoredReceipt | KnownReceipt | UnstoredReceipt;

/** It was delivered before: this is its run. */
export interface KnownReceipt {
  readonly kind: 'known';
  readonly run: Run;
}

/** The ledger did not take it in time. */
export interface UnstoredReceipt {
  readonly kind: 'unstored';
  readonly error: UnavailableError;
  /**
   * For an emergency, which goes on anyway, and has to be asked for then: whether the ledger has taken it within that time after
   * all. Undefined: it has not, and what it takes later is refused.
   */
  readonly afterAll?: (withinMs: number) => Promise<StoredReceipt | KnownReceipt | undefined>;
}

export interface StoredReceipt {
  readonly kind: 'stored';
  readonly runId: string;
  readonly startedAt: Date;
  /** Where the stored run stands. */
  readonly state: RunState;
  /** The start that it belongs to, and must still belong to when it goes on; null: nobody's. */
  readonly ownedBy: string | null;
  /** Whether it goes on with what was begun before. */
  readonly isResumed?: true;
}

/** It may have come before, and been done then: more than this is not known without the ledger. */
const NOT_TAKEN = 'Changes are refused until it does; this request began nothing. Reading still works.';

/** Slack waits 3 s for the acknowledgement; a ledger that needs longer than this is as good as down. */
const STORE_MS = 1_000;

/**
 * Stores a request, so that it is not lost whatever happens to this process, and is found when it is delivered again.
 * Takes a second at most; never rejects. What the ledger takes later than that has been refused, and is not done.
 */
export async function receive({ ports, recorder }: Desk, request: Request): Promise<Receipt> {
  const run = recorder.draft(request);
  const storing = store(ports, run).catch(unavailable);
  const receipt = await Promise.race([storing, sleep(STORE_MS, undefined, { ref: false })]);
  if (receipt) return receipt;
  const late = unavailable();
  const giveUp = () =>
    void storing.then(async (stored) => {
      if (stored.kind !== 'stored') return;
      await recorder.settle(run, { state: 'refused', message: late.error.message });
      recorder.answered(run.id);
    });
  if (request.operation.emergency) return { ...late, afterAll: (withinMs) => afterAll(storing, { withinMs, giveUp }) };
  giveUp();
  return late;
}

async function afterAll(
  storing: Promise<Receipt>,
  { withinMs, giveUp }: { readonly withinMs: number; readonly giveUp: () => void },
): Promise<StoredReceipt | KnownReceipt | undefined> {
  const receipt = await Promise.race([storing, sleep(withinMs, undefined, { ref: false })]);
  if (receipt && receipt.kind !== 'unstored') return receipt;
  giveUp();
  return undefined;
}

interface Desk {
  readonly ports: Ports;
  readonly recorder: Recorder;
}

async function store({ databases: { ledger }, startId }: Ports, run: RunDraft): Promise<Receipt> {
  const { request, id, startedAt } = run;
  return withLedger(async () => {
    const row = { ...startRow(run), ...keysOf(request), startId: startId ?? null, request: storedRow(request) };
    if (await Run.begin(ledger, { ...row, state: 'received' }))
      return { kind: 'stored', runId: id, startedAt, state: 'received', ownedBy: startId ?? null };
    const first = await Run.byKeys(ledger, keysOf(request));
    return first ? { kind: 'known', run: first } : unavailable();
  });
}

function unavailable(cause?: unknown): UnstoredReceipt {
  return { kind: 'unstored', error: new UnavailableError(LEDGER, NOT_TAKEN, cause) };
}
