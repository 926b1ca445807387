import { z } from 'zod';

// What stands at several places of capops.yml. Every message says what is allowed.

export const id = (pattern: RegExp, allowed: string) => z.string(allowed).regex(pattern, allowed);
export const channel = id(/^[CG][A-Z0-9]+$/, 'a Slack channel’s id, C… or G…');

/** What to say of a section that is none, or has a key that there is not. */
export const keys = (allowed: string) => ({
  error: (issue: { code?: string }) => (issue.code === 'invalid_type' ? `keys with values: ${allowed}` : undefined),
});
