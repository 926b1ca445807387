import { beforeEach, describe, expect, it } from 'vitest';
import { openSlackDirectory } from '../../src/adapters/slack-directory.ts';

/** Slack as the directory calls it: each method answers what the test says, or fails. */
const slack = {
  answers: {} as Record<string, object | undefined>,
  calls: [] as string[],
  apiCall: async (method: string, options: Record<string, unknown> = {}) => {
    slack.calls.push([method, ...Object.values(options)].join(' '));
    const answer = slack.answers[method];
    if (!answer) throw new Error('plan_upgrade_required');
    return { ok: true, ...answer };
  },
};
let now = new Date('2026-11-22T12:00:00Z');
const directory = () => openSlackDirectory(slack, { now: () => now });
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const user = (parts: object) => ({
  user: { name: 'omar', real_name: 'Omar Haddad', profile: { display_name: 'Omar' }, ...parts },
});

beforeEach(() => {
  slack.answers = {
    'auth.test': { team_id: 'T1' },
    'users.info': user({}),
    'usergroups.users.list': { users: ['U1', 'U2'] },
  };
  slack.calls = [];
});

describe('a person', () => {
  it('has the name that others see, or the real one, or the account’s', async () => {
    const nameOf = async (parts: object) => {
      slack.answers['users.info'] = user(parts);
      return (await directory().person('U1'))?.name;
    };
    expect(await nameOf({})).toBe('Omar');
    expect(await nameOf({ profile: { display_name: '' } })).toBe('Omar Haddad');
    expect(await nameOf({ profile: {}, real_name: '' })).toBe('omar');
  });

  it.each([
    [{}, 'member'],
    [{ deleted: true }, 'deactivated'],
    [{ is_restricted: true }, 'guest'],
    [{ is_ultra_restricted: true }, 'guest'],
    [{ is_stranger: true }, 'guest'],
    [{ is_bot: true }, 'guest'],
  ])('with %j is a %s', async (parts, standing) => {
    slack.answers['users.info'] = user(parts);
    expect(await directory().person('U1')).toMatchObject({ standing });
  });

  it('is asked about once a minute, and once by those who ask at the same time', async () => {
    const known = directory();
    await Promise.all([known.person('U1'), known.person('U1'), known.person('U2')]);
    later(59);
    await known.person('U1');
    expect(slack.calls).toEqual(['users.info U1', 'users.info U2']);
    later(2);
    await known.person('U1');
    expect(slack.calls).toHaveLength(3);
  });

  it('stays what Slack last said while it does not answer, a guest too; it is asked again soon', async () => {
    slack.answers['users.info'] = user({ is_restricted: true });
    const known = directory();
    await known.person('U1');
    later(61);
    slack.answers['users.info'] = undefined;
    expect(await known.person('U1')).toMatchObject({ standing: 'guest' });
    expect(await known.person('U1')).toMatchObject({ standing: 'guest' });
    expect(await known.person('U2')).toBeUndefined();
    expect(slack.calls).toHaveLength(3);
    slack.answers['users.info'] = user({});
    later(4);
    expect(await known.person('U1')).toMatchObject({ name: 'Omar', standing: 'member' });
  });
});

describe('a group', () => {
  it('has the members that Slack says, for 60 s', async () => {
    const known = directory();
    expect(await known.groupMembers('S1')).toEqual(new Set(['U1', 'U2']));
    slack.answers['usergroups.users.list'] = undefined;
    later(59);
    expect(await known.groupMembers('S1')).toEqual(new Set(['U1', 'U2']));
    later(2);
    expect(await known.groupMembers('S1')).toEqual(new Set());
  });

  it('is asked again as soon as it is forgotten, even while an older answer is on its way', async () => {
    const known = directory();
    const old = known.groupMembers('S1');
    known.forgetGroup('S1');
    slack.answers['usergroups.users.list'] = { users: [] };
    await old;
    expect(await known.groupMembers('S1')).toEqual(new Set());
    expect(slack.calls).toHaveLength(2);
  });

  it('that stays is not asked again when another is forgotten; all are without an id', async () => {
    const known = directory();
    await known.groupMembers('S1');
    known.forgetGroup('S2');
    await known.groupMembers('S1');
    expect(slack.calls).toHaveLength(1);
    known.forgetGroup();
    await known.groupMembers('S1');
    expect(slack.calls).toHaveLength(2);
  });
});

it('the workspace is asked for until Slack has said, then never again', async () => {
  const known = directory();
  slack.answers['auth.test'] = undefined;
  expect(await known.workspaceId()).toBeUndefined();
  slack.answers['auth.test'] = { team_id: 'T1' };
  later(4);
  expect(await known.workspaceId()).toBe('T1');
  later(100_000);
  expect(await known.workspaceId()).toBe('T1');
  expect(slack.calls).toHaveLength(2);
});
