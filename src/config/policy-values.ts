import { z } from 'zod';

// What stands at several places of capops.yml. Every message says what is allowed.

export const id = (pattern: RegExp, allowed: string) => z.string(allowed).regex(pattern, allowed);
export const user = id(/^[UW][A-Z0-9]+$/, 'a Slack user’s id, U… or W…');
export const group = id(/^S[A-Z0-9]+$/, 'a Slack user group’s id, S…');
export const channel = id(/^[CG][A-Z0-9]+$/, 'a Slack channel’s id, C… or G…');

/** What to say of a section that is none, or has a key that there is not. */
export const keys = (allowed: string) => ({
  error: (issue: { code?: string }) => (issue.code === 'invalid_type' ? `keys with values: ${allowed}` : undefined),
});

export const list = <T extends z.ZodType>(of: T, example: string) =>
  z.array(of, `a list of ids, such as [${example}]`).default([]);

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time such as `30m`, `4h` or `1d`, in milliseconds; at least and at most so long, in the same words. */
export const duration = (allowed: string, { least, most }: { least: string; most: string }) =>
  z.string(allowed).transform((text, context) => {
    const ms = milliseconds(text.trim());
    if (ms !== undefined && ms >= (milliseconds(least) ?? 0) && ms <= (milliseconds(most) ?? 0)) return ms;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });

function milliseconds(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})(ms|[smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

/** A size such as `500 MB` or `10 GB` in bytes, a thousand of them a KB; `never`: infinite. */
export const sizeOrNever = (allowed: string) =>
  z.string(allowed).transform((text, context) => {
    const [, count, unit = ''] = /^(\d{1,6}) ?(MB|GB|TB)$/.exec(text.trim()) ?? [];
    const bytes = text.trim() === 'never' ? Number.POSITIVE_INFINITY : Number(count) * (UNIT_BYTES[unit] ?? 0);
    if (bytes > 0) return bytes;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });

const UNIT_BYTES: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };
