import type { Journal, Log } from '../../ports.ts';
import { noteLine } from './journal-record.ts';
import type { Settled } from './run-rows.ts';

/** Files that may wait in the journal; beyond them nothing more of this kind is kept. */
const MOST_WAITING = 2_000;
/** What is not for emergencies is dropped first. */
const MOST_WAITING_OTHERWISE = 1_000;

/** Keeps what the ledger did not take of reads and refusals, until it does. Never rejects: the answer was given before. */
export async function keepNotes(
  { journal, log }: { journal: Journal; log: Log },
  settled: readonly Settled[],
): Promise<void> {
  const keep = async (some: readonly Settled[], most: number) => {
    if (some.length === 0) return;
    try {
      const dropped = await journal.keep(some.map(noteLine), most);
      if (dropped > 0)
        log.error({ dropped, most }, 'the emergency journal is full: reads and refusals are on no record');
    } catch (error) {
      log.error(
        { err: error, runs: some.length },
        'the emergency journal did not take the record of reads and refusals',
      );
    }
  };
  await keep(settled.filter(isForOutages), MOST_WAITING);
  await keep(
    settled.filter((one) => !isForOutages(one)),
    MOST_WAITING_OTHERWISE,
  );
}

function isForOutages({ run: { request } }: Settled): boolean {
  return (request.operation.emergency || request.operation.evenWhenDown) === true;
}
