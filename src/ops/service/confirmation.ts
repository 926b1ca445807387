import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Preview } from './operation.ts';
import type { Request } from './service.ts';

/** The hash over who asks for what and what the preview saw; SHA-256 in hex. */
export function confirmationOf({ operation, actor, raw }: Request, { state }: Pick<Preview, 'state'>): string {
  return createHash('sha256')
    .update(canonicalJson([operation.name, actor.id, raw, state]))
    .digest('hex');
}

/** What a confirmed preview saw has changed since; nothing was done. */
export class MovedError extends Error {
  override readonly name = 'MovedError';

  constructor() {
    super('What the preview showed has changed since. Nothing was changed.');
  }
}

/** Throws MovedError unless this is the state that was confirmed, by whoever asked or whoever approved. */
export function holdTo(request: Request, state: unknown): void {
  if (request.confirmation === undefined) return;
  if (confirmationOf(request, { state }) !== request.confirmation) throw new MovedError();
}
