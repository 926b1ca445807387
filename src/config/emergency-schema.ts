import { z } from 'zod';
import type { EmergencySettings } from '../ports.ts';
import { duration, keys } from './policy-values.ts';

const WAIT = 'from 1m to 1h, such as 10m';

/** The section `emergency` of capops.yml. */
export const emergencySection = z.strictObject(
  { wait: duration(WAIT, { least: '1m', most: '1h' }).prefault('10m') },
  keys('wait'),
);

export function emergencyOf(section: z.output<typeof emergencySection>): EmergencySettings {
  return { waitMs: section.wait };
}
