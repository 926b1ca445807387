import { showEnd } from './end-date.ts';
import type { Moment } from './moment.ts';

export type AccessStatus = 'active' | 'suspended' | 'expired';

/** One entitlement row as far as access goes; `validUntil` null means no end. */
export interface Access {
  readonly status: AccessStatus;
  readonly validUntil: Date | null;
}

/** Of whatever row: what matters of it. */
export function accessFacts(access: Access | undefined): Access | null {
  return access ? { status: access.status, validUntil: access.validUntil } : null;
}

/** What the platform would answer now. `ended`: active on paper, but its end has passed. */
export type Standing = 'open' | 'suspended' | 'ended';

export function standing(access: Access, now: Date): Standing {
  if (access.status === 'suspended') return 'suspended';
  if (access.status === 'expired') return 'ended';
  return access.validUntil === null || access.validUntil >= now ? 'open' : 'ended';
}

/** What a grant comes to for one module. `would-shorten` changes nothing; it needs to be asked for. */
export type GrantDecision = 'create' | 'reactivate' | 'extend' | 'shorten' | 'would-shorten' | 'holds';

/** Decides a grant until `until` (null: no end) on what there is (undefined: no row). */
export function decideGrant(
  present: Access | undefined,
  until: Date | null,
  { now, shorten }: { now: Date; shorten: boolean },
): GrantDecision {
  if (!present) return 'create';
  if (present.status !== 'active') return 'reactivate';
  const presentEnd = present.validUntil?.getTime() ?? Number.POSITIVE_INFINITY;
  const wantedEnd = until?.getTime() ?? Number.POSITIVE_INFINITY;
  if (wantedEnd === presentEnd) return 'holds';
  if (wantedEnd > presentEnd) return 'extend';
  if (standing(present, now) === 'ended') return 'extend';
  return shorten ? 'shorten' : 'would-shorten';
}

/** The platform's own names for what its audit records. */
export type AuditAction = 'created' | 'updated' | 'suspended' | 'reactivated';

export const AUDIT_ACTIONS: Readonly<Record<'create' | 'reactivate' | 'extend' | 'shorten' | 'suspend', AuditAction>> =
  {
    create: 'created',
    reactivate: 'reactivated',
    extend: 'updated',
    shorten: 'updated',
    suspend: 'suspended',
  };

/** Access in a few words: `until 31 Dec 2026`, `no end`, `suspended`, `ended 3 Nov 2026`. */
export function accessWords(access: Access, { now, timeZone }: Moment): string {
  const is = standing(access, now);
  if (is === 'suspended') return 'suspended';
  if (is === 'ended') return access.validUntil ? `ended ${showEnd(access.validUntil, timeZone)}` : 'ended';
  return access.validUntil ? `until ${showEnd(access.validUntil, timeZone)}` : 'no end';
}
