import type { Context } from './service/operation.ts';
import type { Part } from './service/report.ts';

/** Organisations by id, each with the modules whose access was changed. */
export type ChangedAccess = readonly { readonly organisationId: string; readonly moduleKeys: readonly string[] }[];

/** How long the gateway remembers a decision by itself. */
const REMEMBERED_MINUTES = 5;

/**
 * Makes the platform's gateway ask the database again about access that a committed change touched.
 * Never rejects: the change stands, so an unreachable Redis is a note for the report, and a line in the log.
 */
export async function forgetAccess(
  { cache, log, runId }: Pick<Context, 'cache' | 'log' | 'runId'>,
  access: ChangedAccess,
): Promise<Part | undefined> {
  const touched = access.filter(({ moduleKeys }) => moduleKeys.length > 0);
  if (!cache || touched.length === 0) return undefined;
  try {
    await cache.forget(touched);
    return undefined;
  } catch (error) {
    log.warn({ runId, err: error }, 'the platform’s cache was not told of changed access');
    const text = `The platform’s cache (Redis) does not answer, so users may see the old access for up to ${REMEMBERED_MINUTES} minutes. The change itself stands.`;
    return { kind: 'note', text };
  }
}
