import { counted } from '../../domain/counted.ts';
import { showTime } from '../../domain/end-date.ts';
import { failuresSince } from '../../models/run-failures.ts';
import { withLedger } from '../service/with-ledger.ts';
import type { DigestSection, Subject } from './digest-section.ts';

const SHOWN = 10;

/** Runs that failed, or were cut off. */
export const failedRuns: Subject = {
  name: 'the runs that failed',
  async look({ databases: { ledger } }, { since, timeZone }): Promise<DigestSection> {
    const { count, newest } = await withLedger(() => failuresSince(ledger, since, SHOWN));
    if (count === 0) return { needs: [], report: { tone: 'info', title: 'No run has failed.' } };
    const title = `${counted(count, 'run')} failed since ${showTime(since, timeZone)}.`;
    const rows = newest.map(({ id, finishedAt, actorName, operation, state, message }) => [
      id.slice(0, 8),
      finishedAt ? showTime(finishedAt, timeZone) : '',
      actorName,
      `${operation} ${state}`,
      message ?? '',
    ]);
    return {
      needs: [title],
      report: {
        tone: 'attention',
        title,
        parts: [
          { kind: 'table', columns: ['Run', 'Ended', 'Who', 'What', 'Why'], rows },
          ...(count > SHOWN ? [{ kind: 'note' as const, text: `The newest ${SHOWN} are shown.` }] : []),
        ],
        offers: [{ label: 'List failed runs', operation: 'runs', input: { state: 'failed' } }],
      },
    };
  },
};
