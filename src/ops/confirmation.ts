import { createHash } from 'node:crypto';
import type { Preview } from './operation.ts';
import type { Request } from './service.ts';

/** The hash over who asks for what and what the preview saw; SHA-256 in hex. */
export function confirmationOf({ operation, actor, raw }: Request, { state }: Preview): string {
  return createHash('sha256')
    .update(canonical([operation.name, actor.id, raw, state]))
    .digest('hex');
}

/** JSON with sorted keys, so that equal values have equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
