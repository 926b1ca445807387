const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What `durationOf` understands, for messages. */
export const DURATION_FORMS = '30m, 2h, 1h30m or 1d';

/** A time as people type it, in ms; undefined: not understood. */
export function durationOf(typed: string): number | undefined {
  const text = typed.trim().toLowerCase().replaceAll(/\s+/g, '');
  const parts = [...text.matchAll(/(\d{1,4})(d|h|m)[a-z]*/g)];
  if (parts.length === 0 || !/^(?:\d{1,4}(?:d(?:ays?)?|h(?:(?:ou)?rs?)?|m(?:in(?:ute)?s?)?))+$/.test(text))
    return undefined;
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}
