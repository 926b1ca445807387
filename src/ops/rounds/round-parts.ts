import { reviewOfAccess } from './digest-access-review.ts';
import { openApprovals } from './digest-approvals.ts';
import { backups } from './digest-backups.ts';
import { emergencyOpen } from './digest-emergency.ts';
import { accessThatEnds } from './digest-ending-access.ts';
import { failedRuns } from './digest-failures.ts';
import { healthNow } from './digest-health.ts';
import { errorLogs } from './digest-logs.ts';
import type { Subject } from './digest-section.ts';
import { monthlyBackup } from './monthly-backup.ts';

export const ROUNDS = ['daily', 'weekly', 'monthly'] as const;
export type Round = (typeof ROUNDS)[number];

/** One line of the runbook's checklist, and what ticks it. */
export type RoundPart = {
  readonly words: string;
} /** Ticked when the schedule has run it each time that it was due. */ & (
  | { readonly operation: string }
  /** Ticked when nothing about it waits for somebody. */
  | { readonly subject: Subject }
  /** Only a person can; this says how. */
  | { readonly byHand: string }
);

/** The runbook's rounds. */
export const CHECKLISTS: Readonly<Record<Round, readonly RoundPart[]>> = {
  daily: [
    { words: 'See that no emergency access is open', subject: emergencyOpen },
    { words: 'See that everything answers', subject: healthNow },
    { words: 'Back up both databases', operation: 'nightly-backup' },
    { words: 'See that the backups are good', subject: backups },
    { words: 'Give the digest', operation: 'digest' },
    { words: 'Look at the errors in the logs', subject: errorLogs },
    { words: 'Look at what failed', subject: failedRuns },
    { words: 'Decide what waits for a second person', subject: openApprovals },
    { words: 'Decide about access that ends', subject: accessThatEnds },
  ],
  weekly: [
    { words: 'Back up everything in full', operation: 'nightly-backup' },
    { words: 'Begin the access review', operation: 'open-access-review' },
    { words: 'Answer the access review', subject: reviewOfAccess },
    { words: 'Restore a backup, to prove it', operation: 'drill' },
  ],
  monthly: [
    { words: 'Keep the backup of last month', subject: monthlyBackup },
    { words: 'Sum up the access to the modules', operation: 'access-summary' },
    { words: 'Report how the database is', operation: 'db-report' },
  ],
};
