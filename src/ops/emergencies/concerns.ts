import { bulkImport } from '../bulk-import.ts';
import { createOrg } from '../create-org.ts';
import { emergencyAccess } from '../emergency-access.ts';
import { endEmergencyAccess } from '../end-emergency-access.ts';
import { expireAccess } from '../expire-access.ts';
import { grantModule } from '../grant-module.ts';
import { reviewEmergency } from '../review-emergency.ts';
import { revokeModule } from '../revoke-module.ts';

/** The names of what opens emergency access, ends it, or says something about it. */
export const CONCERNS: ReadonlySet<string> = new Set(
  [emergencyAccess, endEmergencyAccess, reviewEmergency].map(({ name }) => name),
);

/** And of what may open or end it by hand. */
export const MAY_CONCERN: ReadonlySet<string> = new Set([
  ...CONCERNS,
  ...[grantModule, revokeModule, createOrg, bulkImport, expireAccess].map(({ name }) => name),
]);
