import type { Run } from '../../models/run.ts';
import { failuresSince } from '../../models/run-failures.ts';
import { newestRuns } from '../../models/run-list.ts';
import type { BundlePart } from './bundle-part.ts';

const LISTED = 50;
const BACK_MS = 90 * 86_400_000;

const failures: BundlePart = {
  title: 'Last runs that failed or were interrupted',
  keeps: 'beginning',
  look: async ({ context: { databases, moment } }) => {
    const since = new Date(moment.now.getTime() - BACK_MS);
    const { count, newest } = await failuresSince(databases.ledger, since, LISTED);
    if (count === 0) return 'None within 90 days.';
    return [`${count} within 90 days.`, '', ...newest.map(runLines)].join('\n');
  },
};

const newest: BundlePart = {
  title: 'Last runs',
  keeps: 'beginning',
  look: async ({ context: { databases } }) => {
    const runs = await newestRuns(databases.ledger, {}, LISTED);
    return runs.length === 0 ? 'None.' : runs.map(runLines).join('\n');
  },
};

/** A line each for what was asked and what was said: what is taken out of one leaves the others whole. */
function runLines({ id, startedAt, actorName, face, input, message, summary, ...run }: Run): string {
  const reference = run.reference === null ? '' : `, reference ${run.reference}`;
  const said = message ?? summary;
  return [
    `- ${id.slice(0, 8)}, ${startedAt.toISOString()}, ${actorName} (${face}): ${run.operation} ${run.state}${reference}`,
    ...(Object.keys(input).length > 0 ? [`  Input: ${JSON.stringify(input)}`] : []),
    ...(said === null ? [] : [`  Said: ${said}`]),
  ].join('\n');
}

/** What was asked of CapOps. */
export const RUN_PARTS: readonly BundlePart[] = [failures, newest];
