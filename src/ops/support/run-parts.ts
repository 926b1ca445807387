import type { Run } from '../../models/run.ts';
import { failuresSince } from '../../models/run-failures.ts';
import { newestRuns } from '../../models/run-list.ts';
import type { BundlePart } from './bundle-part.ts';
import { tableMarkdown } from './report-markdown.ts';

const LISTED = 50;
const BACK_MS = 90 * 86_400_000;
const COLUMNS = ['Run', 'Began', 'Who', 'Operation', 'Input', 'State', 'Reference', 'Said'];

const failures: BundlePart = {
  title: 'Last runs that failed or were interrupted',
  keeps: 'beginning',
  look: async ({ context: { databases, moment } }) => {
    const since = new Date(moment.now.getTime() - BACK_MS);
    const { count, newest } = await failuresSince(databases.ledger, since, LISTED);
    if (count === 0) return 'None within 90 days.';
    return `${count} within 90 days.\n\n${tableMarkdown(COLUMNS, newest.map(row))}`;
  },
};

const newest: BundlePart = {
  title: 'Last runs',
  keeps: 'beginning',
  look: async ({ context: { databases } }) =>
    tableMarkdown(COLUMNS, (await newestRuns(databases.ledger, {}, LISTED)).map(row)),
};

function row({ id, startedAt, actorName, face, operation, input, state, reference, message, summary }: Run): string[] {
  return [
    id.slice(0, 8),
    startedAt.toISOString(),
    `${actorName} (${face})`,
    operation,
    JSON.stringify(input),
    state,
    reference ?? '',
    message ?? summary ?? '',
  ];
}

/** What was asked of CapOps. */
export const RUN_PARTS: readonly BundlePart[] = [failures, newest];
