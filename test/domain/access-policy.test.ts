import { describe, expect, it } from 'vitest';
import { channelAllowed, covers, type Facts, isScheduled, standingOf } from '../../src/domain/access-policy.ts';
import type { Actor, Policy } from '../../src/ports.ts';

const policy: Policy = {
  roles: {
    viewer: { users: ['U0VERA'], groups: ['S0VIEW'] },
    operator: { users: ['U0OMAR'], groups: ['S0OPS'] },
    admin: { users: ['U0ADA'], groups: ['S0ADMIN'] },
  },
  trustUserGroups: false,
  teamId: 'T0TEAM',
  allowedChannels: ['C0OPS'],
  osUsers: {
    ada: { role: undefined, slack: 'U0ADA' },
    batch: { role: 'operator', slack: undefined },
    guest: { role: undefined, slack: undefined },
  },
  schedule: [
    {
      name: 'weekly-ends',
      cron: '0 9 * * 1',
      timeZone: 'UTC',
      operation: 'list-orgs',
      input: {},
      channel: undefined,
      catchUpMs: 0,
    },
  ],
};
const member: Facts = { workspaceId: 'T0TEAM', person: { name: 'X', standing: 'member' }, members: new Map() };
const slack = (userId: string, teamId = 'T0TEAM'): Actor => ({
  id: `slack:${userId}`,
  name: userId,
  face: 'slack',
  slack: { userId, teamId },
});
const terminal = (osUser: string): Actor => ({ id: `cli:${osUser}@host`, name: osUser, face: 'terminal', osUser });

describe('in Slack', () => {
  it.each([
    ['U0VERA', 'viewer'],
    ['U0OMAR', 'operator'],
    ['U0ADA', 'admin'],
    ['U0NILS', undefined],
  ])('%s is %s', (userId, role) => {
    expect(standingOf(slack(userId), policy, member).role).toBe(role);
  });

  it('denies everybody without a capops.yml', () => {
    expect(standingOf(slack('U0ADA'), undefined, member)).toMatchObject({ role: undefined, rule: 'no-policy' });
  });

  it('denies another workspace, and one that is not known', () => {
    expect(standingOf(slack('U0ADA', 'T0OTHER'), policy, member)).toMatchObject({ role: undefined, rule: 'workspace' });
    const open = { ...policy, teamId: undefined };
    expect(standingOf(slack('U0ADA'), open, { ...member, workspaceId: undefined }).role).toBeUndefined();
    expect(standingOf(slack('U0ADA'), open, member).role).toBe('admin');
  });

  it.each(['guest', 'deactivated'] as const)('denies a %s whatever the file says', (standing) => {
    expect(standingOf(slack('U0ADA'), policy, { ...member, person: { name: 'A', standing } })).toMatchObject({
      role: undefined,
      rule: standing,
    });
  });

  it('lets user ids count while Slack cannot say who is who', () => {
    expect(standingOf(slack('U0OMAR'), policy, { ...member, person: undefined }).role).toBe('operator');
  });

  it('takes the higher of what the id and the groups give', () => {
    const members = new Map([
      ['S0OPS', new Set(['U0VERA'])],
      ['S0VIEW', new Set(['U0OMAR'])],
    ]);
    expect(standingOf(slack('U0VERA'), policy, { ...member, members }).role).toBe('operator');
    expect(standingOf(slack('U0OMAR'), policy, { ...member, members }).role).toBe('operator');
  });

  it('lets a group make admins only where the file trusts groups', () => {
    const facts = { ...member, members: new Map([['S0ADMIN', new Set(['U0NILS'])]]) };
    expect(standingOf(slack('U0NILS'), policy, facts).role).toBeUndefined();
    expect(standingOf(slack('U0NILS'), { ...policy, trustUserGroups: true }, facts).role).toBe('admin');
  });

  it('takes requests in allowed channels and direct messages only', () => {
    expect(channelAllowed('C0OPS', policy)).toBe(true);
    expect(channelAllowed('D0ANY', policy)).toBe(true);
    expect(channelAllowed('C0RANDOM', policy)).toBe(false);
    expect(channelAllowed('C0RANDOM', { ...policy, allowedChannels: 'any' })).toBe(true);
    expect(channelAllowed('C0OPS', undefined)).toBe(false);
  });
});

describe('in the terminal', () => {
  it('makes whoever runs it admin without a capops.yml, or without terminal users in it', () => {
    expect(standingOf(terminal('joe'), undefined, member).role).toBe('admin');
    expect(standingOf(terminal('joe'), { ...policy, osUsers: undefined }, member).role).toBe('admin');
  });

  it('goes by the listed users where there are any', () => {
    expect(standingOf(terminal('batch'), policy, member).role).toBe('operator');
    expect(standingOf(terminal('ada'), policy, member).role).toBe('admin');
    expect(standingOf(terminal('guest'), policy, member).role).toBeUndefined();
    expect(standingOf(terminal('joe'), policy, member)).toMatchObject({ role: undefined, rule: 'terminal.unlisted' });
    expect(standingOf(terminal('constructor'), policy, member).role).toBeUndefined();
  });
});

it('lets a role do what lower ones may, and nobody anything', () => {
  expect(covers('admin', 'viewer')).toBe(true);
  expect(covers('viewer', 'operator')).toBe(false);
  expect(covers(undefined, 'viewer')).toBe(false);
});

describe('on schedule', () => {
  const entry = (name: string): Actor => ({ id: `schedule:${name}`, name, face: 'schedule' });

  it('an entry of capops.yml may do what stands there, and nothing else', () => {
    expect(standingOf(entry('weekly-ends'), policy, member)).toMatchObject({
      role: 'admin',
      rule: 'schedule.weekly-ends',
    });
    expect(isScheduled(entry('weekly-ends'), 'list-orgs', policy)).toBe(true);
    expect(isScheduled(entry('weekly-ends'), 'create-org', policy)).toBe(false);
  });

  it('an entry that does not stand there may do nothing', () => {
    expect(standingOf(entry('nightly'), policy, member)).toMatchObject({ role: undefined, rule: 'schedule.unlisted' });
    expect(standingOf(entry('weekly-ends'), undefined, member).role).toBe(undefined);
    expect(isScheduled(entry('nightly'), 'list-orgs', policy)).toBe(false);
    expect(isScheduled({ ...entry('nightly'), id: 'cli:weekly-ends' }, 'list-orgs', policy)).toBe(false);
  });
});
