import { emergencyBadge } from '../emergencies/emergency-badge.ts';
import { emergencyStand } from '../emergencies/emergency-stand.ts';
import type { DigestSection, Subject } from './digest-section.ts';

const LIMIT_MS = 3_000;

/** Emergency access while it is open, and the review that it leaves behind. */
export const emergencyOpen: Subject = {
  name: 'emergency access',
  async look(ports, { now, timeZone }): Promise<DigestSection> {
    const badge = emergencyBadge(await emergencyStand(ports, LIMIT_MS), { now, timeZone });
    if (!badge) return { needs: [], report: { tone: 'info', title: 'No emergency access is open.' } };
    return { needs: [badge.title], report: badge };
  },
};
