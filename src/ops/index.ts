import { accessReview } from './access-review.ts';
import { accessSummary } from './access-summary.ts';
import { approvals } from './approvals.ts';
import { approve } from './approve.ts';
import { audit } from './audit.ts';
import { auditAnchor } from './audit-anchor.ts';
import { auditVerify } from './audit-verify.ts';
import { backup } from './backup.ts';
import { bulkImport } from './bulk-import.ts';
import { cancelRun } from './cancel-run.ts';
import { copyBackup } from './copy-backup.ts';
import { createOrg } from './create-org.ts';
import { dbReport } from './db-report.ts';
import { deny } from './deny.ts';
import { diagnose } from './diagnose.ts';
import { digest } from './digest.ts';
import { drill } from './drill.ts';
import { emergencyAccess } from './emergency-access.ts';
import { endEmergencyAccess } from './end-emergency-access.ts';
import { endMaintenance } from './end-maintenance.ts';
import { endSession } from './end-session.ts';
import { expireAccess } from './expire-access.ts';
import { freeze } from './freeze.ts';
import { grantModule } from './grant-module.ts';
import { healthCheck } from './health-check.ts';
import { help } from './help.ts';
import { keepAccess } from './keep-access.ts';
import { letAccessEnd } from './let-access-end.ts';
import { listBackups } from './list-backups.ts';
import { listOrgs } from './list-orgs.ts';
import { logs } from './logs.ts';
import { maintenance } from './maintenance.ts';
import { nightlyBackup } from './nightly-backup.ts';
import { openAccessReview } from './open-access-review.ts';
import { pauseSchedule } from './pause-schedule.ts';
import { pinBackup } from './pin-backup.ts';
import { pruneBackups } from './prune-backups.ts';
import { restart } from './restart.ts';
import { restore } from './restore.ts';
import { resumeSchedule } from './resume-schedule.ts';
import { reviewEmergency } from './review-emergency.ts';
import { revokeModule } from './revoke-module.ts';
import { rollback } from './rollback.ts';
import { round } from './round.ts';
import { runSchedule } from './run-schedule.ts';
import { runs } from './runs.ts';
import { schedule } from './schedule.ts';
import type { Operation } from './service/operation.ts';
import { services } from './services.ts';
import { showOrg } from './show-org.ts';
import { showRun } from './show-run.ts';
import { supportBundle } from './support-bundle.ts';
import { thaw } from './thaw.ts';
import { undoRestore } from './undo-restore.ts';
import { unpinBackup } from './unpin-backup.ts';
import { verifyBackup } from './verify-backup.ts';
import { whoami } from './whoami.ts';

/** Every operation, in the order in which help lists them. A new one is one new file and one line here. */
export const OPERATIONS: readonly Operation[] = [
  listOrgs,
  showOrg,
  createOrg,
  grantModule,
  revokeModule,
  bulkImport,
  letAccessEnd,
  expireAccess,
  accessReview,
  openAccessReview,
  keepAccess,
  accessSummary,
  emergencyAccess,
  endEmergencyAccess,
  reviewEmergency,
  healthCheck,
  maintenance,
  endMaintenance,
  services,
  restart,
  logs,
  diagnose,
  endSession,
  backup,
  listBackups,
  verifyBackup,
  copyBackup,
  pinBackup,
  unpinBackup,
  pruneBackups,
  nightlyBackup,
  restore,
  undoRestore,
  rollback,
  drill,
  supportBundle,
  dbReport,
  digest,
  round,
  runs,
  showRun,
  cancelRun,
  approvals,
  approve,
  deny,
  schedule,
  runSchedule,
  pauseSchedule,
  resumeSchedule,
  audit,
  auditVerify,
  auditAnchor,
  freeze,
  thaw,
  help,
  whoami,
];
