import type { HealthFinding } from '../../domain/health.ts';
import { lookAtHealth } from '../health/look-at-health.ts';
import type { Context } from '../service/operation.ts';

/** How everything is once a restore is in place. What cannot be looked at stops nothing. */
export async function healthAfter(context: Context): Promise<HealthFinding[]> {
  if (!context.openProbes) return [];
  context.progress({ phase: 'Looking whether everything answers' });
  try {
    return await lookAtHealth(context, { isVerbose: false });
  } catch (error) {
    context.log.warn({ err: error, runId: context.runId }, 'how everything is after a restore could not be looked at');
    return [];
  }
}
