import { describe, expect, it } from 'vitest';
import { type Access, accessWords, decideGrant, standing } from '../../src/domain/access-change.ts';

const now = new Date('2026-11-22T12:00:00Z');
const june = new Date('2027-06-30T23:59:59.999Z');
const december = new Date('2027-12-31T23:59:59.999Z');
const lastYear = new Date('2025-12-31T23:59:59.999Z');
const active = (validUntil: Date | null): Access => ({ status: 'active', validUntil });

describe('a grant', () => {
  it.each([
    ['there is none', undefined, june, 'create'],
    ['it is suspended', { status: 'suspended', validUntil: december } as Access, june, 'reactivate'],
    ['it is expired', { status: 'expired', validUntil: lastYear } as Access, null, 'reactivate'],
    ['it ends earlier', active(june), december, 'extend'],
    ['it has an end and none is asked for', active(june), null, 'extend'],
    ['it has lapsed', active(lastYear), june, 'extend'],
    ['it ends on the same day', active(june), june, 'holds'],
    ['it has no end and none is asked for', active(null), null, 'holds'],
    ['it ends later', active(december), june, 'would-shorten'],
    ['it has no end and one is asked for', active(null), december, 'would-shorten'],
  ] as const)('when %s', (_case, present, until, decision) => {
    expect(decideGrant(present, until, { now, shorten: false })).toBe(decision);
  });

  it('never shortens access, over all combinations, unless asked to', () => {
    const ends = [null, lastYear, june, december];
    for (const present of ends) {
      for (const until of ends) {
        const shorter =
          (until?.getTime() ?? Number.POSITIVE_INFINITY) < (present?.getTime() ?? Number.POSITIVE_INFINITY);
        const open = standing(active(present), now) === 'open';
        const decision = decideGrant(active(present), until, { now, shorten: false });
        expect(decision === 'would-shorten').toBe(shorter && open);
        expect(decideGrant(active(present), until, { now, shorten: true }) === 'shorten').toBe(shorter && open);
      }
    }
  });
});

it('is open up to and including its last millisecond, as the platform has it', () => {
  expect(standing(active(june), june)).toBe('open');
  expect(standing(active(june), new Date(june.getTime() + 1))).toBe('ended');
});

it('is said in the words of the runbook', () => {
  const moment = { now, timeZone: 'UTC' };
  expect(accessWords(active(null), moment)).toBe('no end');
  expect(accessWords(active(june), moment)).toBe('until 30 Jun 2027');
  expect(accessWords(active(lastYear), moment)).toBe('ended 31 Dec 2025');
  expect(accessWords({ status: 'suspended', validUntil: june }, moment)).toBe('suspended');
  expect(accessWords({ status: 'expired', validUntil: null }, moment)).toBe('ended');
});
