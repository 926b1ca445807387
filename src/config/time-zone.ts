import type { z } from 'zod';
import { nearest } from '../domain/nearest.ts';

/** Refuses what is no IANA time zone. */
export function checkZone(zone: string, context: z.RefinementCtx): void {
  const known = /^[A-Za-z]/.test(zone) && isZone(zone);
  if (!known) context.addIssue({ code: 'custom', message: zoneAllowed(zone) });
}

function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

/** What is allowed, for messages. */
export function zoneAllowed(zone = ''): string {
  const meant = zone && nearest(zone, Intl.supportedValuesOf('timeZone'));
  return meant ? `an IANA time zone; did you mean ${meant}?` : 'an IANA time zone, such as Europe/London';
}
