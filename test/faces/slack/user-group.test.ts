import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/ports.ts';
import { type Bot, LOCAL_POLICY, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
});
afterAll(() => bot.close());
beforeEach(() => {
  bot.forget();
  bot.policy = LOCAL_POLICY;
});

const as = (id: string) => bot.slack.as(id);

describe('a user group', () => {
  const withGroup = (role: 'operator' | 'admin', trustUserGroups: boolean): Policy => ({
    ...LOCAL_POLICY,
    trustUserGroups,
    roles: {
      viewer: LOCAL_POLICY.roles.viewer,
      operator: { users: [], groups: [] },
      admin: { users: [], groups: [] },
      [role]: { users: [], groups: ['S0OPS'] },
    },
  });
  const role = async (id: string) => {
    const person = as(id);
    await person.command(OPS, '/capops whoami');
    return (await person.nextMessage(OPS)).text;
  };

  it('makes operators, and what it is now counts as soon as Slack says that it changed', async () => {
    bot.policy = withGroup('operator', false);
    expect(await role('U0NILS')).toContain('may not use CapOps');
    await bot.slack.setGroup('S0OPS', ['U0NILS']);
    expect(await role('U0NILS')).toContain('operator');
    await bot.slack.setGroup('S0OPS', []);
    expect(await role('U0NILS')).toContain('may not use CapOps');
  });

  it('makes admins only where the file says that groups are trusted', async () => {
    await bot.slack.setGroup('S0OPS', ['U0NILS']);
    bot.policy = withGroup('admin', false);
    expect(await role('U0NILS')).toContain('may not use CapOps');
    bot.policy = withGroup('admin', true);
    expect(await role('U0NILS')).toContain('admin');
    await bot.slack.setGroup('S0OPS', []);
  });

  it('that Slack does not tell of counts as empty, and the ids in the file still count', async () => {
    await bot.slack.setGroup('S0OPS', ['U0NILS']);
    bot.policy = {
      ...withGroup('operator', false),
      roles: { ...withGroup('operator', false).roles, admin: { users: ['U0ADA'], groups: [] } },
    };
    bot.laterBy(61_000);
    bot.slack.failNext('usergroups.users.list', { error: 'plan_upgrade_required' });
    expect(await role('U0NILS')).toContain('may not use CapOps');
    expect(await role('U0ADA')).toContain('admin');
    await bot.slack.setGroup('S0OPS', []);
  });
});
