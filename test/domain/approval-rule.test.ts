import { describe, expect, it } from 'vitest';
import {
  canBeMet,
  type Members,
  mayApprove,
  missingFrom,
  missingWords,
  nudgedPeople,
  personOf,
  ruleFor,
} from '../../src/domain/approval-rule.ts';
import type { Actor, ApprovalLine, ApprovalRule, Policy } from '../../src/ports.ts';

const NOBODY: Members = new Map();
const line = (users: string[], count = 1, groups: string[] = []): ApprovalLine => ({ users, groups, count });
const ruleOf = (from: ApprovalLine[], nudge: ApprovalRule['nudge'] = undefined): ApprovalRule => ({
  from,
  waitMs: 1,
  nudge,
  channel: undefined,
});
const missing = (from: ApprovalLine[], approvers: string[], members = NOBODY, askedBy = 'Asker') =>
  missingFrom({ rule: ruleOf(from), askedBy, approvers, members });
const isMet = (...input: Parameters<typeof missing>) => missing(...input).length === 0;

describe('a rule', () => {
  it('is met by one from each line, in whichever order they come', () => {
    const from = [line(['A', 'B']), line(['A'])];
    expect(isMet(from, ['A'])).toBe(false);
    expect(isMet(from, ['B'])).toBe(false);
    expect(isMet(from, ['A', 'B'])).toBe(true);
    expect(isMet(from, ['B', 'A'])).toBe(true);
  });

  it('counts one person for one line, however often they approve', () => {
    const from = [line(['A', 'B']), line(['A', 'C'])];
    expect(isMet(from, ['A', 'A', 'A'])).toBe(false);
    expect(isMet([line(['A', 'B'], 2)], ['A', 'A'])).toBe(false);
    expect(isMet([line(['A', 'B'], 2)], ['A', 'B'])).toBe(true);
  });

  it('never counts whoever asked, nor anybody whom it does not name', () => {
    expect(isMet([line(['Asker', 'A'])], ['Asker'])).toBe(false);
    expect(isMet([line(['A'])], ['B'])).toBe(false);
    expect(missing([line(['Asker', 'A', 'B'])], [])).toEqual([line(['A', 'B'])]);
  });

  it('counts members of a group, as long as they are members', () => {
    const from = [line([], 1, ['S1']), line([], 1, ['S2'])];
    const members = new Map([
      ['S1', new Set(['A', 'B'])],
      ['S2', new Set(['B'])],
    ]);
    expect(isMet(from, ['A', 'B'], members)).toBe(true);
    expect(isMet(from, ['A', 'B'], new Map([['S1', new Set(['A', 'B'])]]))).toBe(false);
    expect(isMet(from, ['A', 'B'])).toBe(false);
  });

  it('moves people between lines, far if need be', () => {
    const from = [line(['A', 'B']), line(['B', 'C']), line(['C', 'D']), line(['D', 'A'])];
    expect(isMet(from, ['A', 'B', 'C', 'D'])).toBe(true);
    expect(isMet(from, ['D', 'C', 'B', 'A'])).toBe(true);
    expect(isMet(from, ['A', 'B', 'C', 'X'])).toBe(false);
  });
});

/** A small generator of numbers, so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** By trying every way to seat everybody: slow, and plainly right. */
function triedOut(places: readonly ApprovalLine[], people: readonly string[]): boolean {
  const [first, ...rest] = places;
  if (!first) return true;
  return people.some(
    (person) =>
      first.users.includes(person) &&
      triedOut(
        rest,
        people.filter((other) => other !== person),
      ),
  );
}

it('agrees with trying every way, over many rules, and says truly who would help', () => {
  const below = numbers(4);
  const everybody = ['A', 'B', 'C', 'D', 'E', 'Asker'];
  const some = () => everybody.filter(() => below(5) < 2);
  let met = 0;
  for (let round = 0; round < 3000; round++) {
    const from = Array.from({ length: 1 + below(3) }, () => line(some(), 1 + below(2)));
    const approvers = some();
    const places = from.flatMap((one) => Array.from({ length: one.count }, () => one));
    const counted = approvers.filter((person) => person !== 'Asker');
    const expected = triedOut(places, counted);
    expect(isMet(from, approvers), JSON.stringify({ from, approvers })).toBe(expected);
    if (expected) met++;
    const before = missing(from, approvers);
    const needed = (left: ApprovalLine[]) => left.reduce((sum, { count }) => sum + count, 0);
    for (const person of everybody.filter((one) => one !== 'Asker' && !approvers.includes(one))) {
      const helps = needed(missing(from, [...approvers, person])) < needed(before);
      expect(
        before.some(({ users }) => users.includes(person)),
        JSON.stringify({ from, approvers, person }),
      ).toBe(helps);
    }
    const [one, ...others] = approvers;
    if (one) expect(needed(missing(from, [...others, one]))).toBe(needed(before));
  }
  expect(met).toBeGreaterThan(200);
});

it('says who is still needed, in words', () => {
  const words = (...input: Parameters<typeof missing>) => missingWords(missing(...input), (id) => `${id}.`);
  expect(words([line(['A'])], [])).toBe('A.');
  expect(words([line(['A', 'B', 'C'], 2)], ['B'])).toBe('A. or C.');
  expect(words([line(['A', 'B', 'C'], 2), line(['D'], 1, ['S1'])], [])).toBe(
    'two of A., B. and C., and D. or the user group S1',
  );
  expect(words([line(['A', 'B'], 2)], [])).toBe('A. and B.');
  expect(words([line(['A', 'C']), line(['A', 'B'])], ['A'])).toBe('C. or B.');
  expect(words([line(['Asker'])], [])).toBe('one more, and capops.yml names nobody else');
});

it('knows whether enough people are there besides whoever asks', () => {
  const can = (from: ApprovalLine[], members = NOBODY) => canBeMet({ rule: ruleOf(from), askedBy: 'Asker', members });
  expect(can([line(['Asker'])])).toBe(false);
  expect(can([line(['Asker', 'A'])])).toBe(true);
  expect(can([line(['A']), line(['A'])])).toBe(false);
  expect(can([line(['A']), line([], 1, ['S1'])])).toBe(false);
  expect(can([line(['A']), line([], 1, ['S1'])], new Map([['S1', new Set(['A', 'B'])]]))).toBe(true);
});

it('reminds those who are named for it, or those who are still needed, and nobody who has done their part', () => {
  const nudged = (users: string[] | undefined, approvers: string[]) => {
    const rule = ruleOf([line(['A', 'B', 'Asker']), line(['C'])], { afterMs: 1, users });
    return nudgedPeople({ rule, askedBy: 'Asker', approvers, members: NOBODY });
  };
  expect(nudged(undefined, [])).toEqual(['A', 'B', 'C']);
  expect(nudged(undefined, ['A'])).toEqual(['C']);
  expect(nudged(['Asker', 'A', 'Z'], ['A'])).toEqual(['Z']);
  expect(nudgedPeople({ rule: ruleOf([line(['A'])]), askedBy: '', approvers: [], members: NOBODY })).toEqual([]);
});

describe('the policy', () => {
  const policy: Policy = {
    roles: {
      viewer: { users: [], groups: [] },
      operator: { users: [], groups: [] },
      admin: { users: ['U0ADA'], groups: ['S0ADMIN'] },
    },
    trustUserGroups: false,
    teamId: undefined,
    allowedChannels: [],
    osUsers: { ada: { role: undefined, slack: 'U0ADA' }, batch: { role: 'admin', slack: undefined } },
    schedule: [],
    approvals: { 'revoke-module': ruleOf([line(['U0EVE'])]) },
  };
  const slack: Actor = { id: 'slack:U0ADA', name: 'Ada', face: 'slack', slack: { userId: 'U0ADA', teamId: 'T' } };
  const terminal = (osUser: string): Actor => ({ id: `cli:${osUser}@host`, name: osUser, face: 'terminal', osUser });

  it('knows one person on every face, and nobody behind an OS user that it does not map', () => {
    expect(personOf(slack, policy)).toBe('U0ADA');
    expect(personOf(terminal('ada'), policy)).toBe('U0ADA');
    expect(personOf(terminal('batch'), policy)).toBeUndefined();
    expect(personOf(terminal('constructor'), policy)).toBeUndefined();
    expect(personOf(terminal('ada'), { ...policy, osUsers: undefined })).toBeUndefined();
    expect(personOf({ id: 'schedule:x', name: 'x', face: 'schedule' }, policy)).toBeUndefined();
  });

  it('names the rule of an operation; one that always waits waits for an admin', () => {
    expect(ruleFor({ name: 'revoke-module' }, policy)?.from).toEqual([line(['U0EVE'])]);
    expect(ruleFor({ name: 'grant-module' }, policy)).toBeUndefined();
    expect(ruleFor({ name: 'toString' }, policy)).toBeUndefined();
    const always = { name: 'grant-module', secondPerson: true };
    expect(ruleFor(always, policy)?.from).toEqual([line(['U0ADA'])]);
    expect(ruleFor(always, { ...policy, trustUserGroups: true })?.from).toEqual([line(['U0ADA'], 1, ['S0ADMIN'])]);
    expect(
      missingFrom({ rule: ruleFor(always, undefined) ?? ruleOf([]), askedBy: '', approvers: ['X'], members: NOBODY }),
    ).toEqual([line([])]);
  });

  it('lets those approve whom a line names', () => {
    const rule = ruleOf([line(['A']), line([], 1, ['S1'])]);
    expect(mayApprove('A', rule, NOBODY)).toBe(true);
    expect(mayApprove('B', rule, NOBODY)).toBe(false);
    expect(mayApprove('B', rule, new Map([['S1', new Set(['B'])]]))).toBe(true);
  });
});
