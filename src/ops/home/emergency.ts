import { emergencyBadge } from '../emergencies/emergency-badge.ts';
import { emergencyStand } from '../emergencies/emergency-stand.ts';
import type { HomeSubject } from './home-section.ts';

/** The other database’s word is to be there in time though one says nothing. */
const LIMIT_MS = 600;

/** Shown only while emergency access is open, or its review is missing. */
export const emergency: HomeSubject = {
  key: 'emergency',
  name: 'Emergency access',
  source: 'platform',
  operation: 'whoami',
  async look(viewer) {
    const stand = await emergencyStand(viewer, LIMIT_MS);
    return emergencyBadge(stand, { now: viewer.now, timeZone: viewer.settings.timeZone });
  },
};
