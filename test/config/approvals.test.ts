import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

const HEAD = 'environment: staging\nroles: { admin: { users: [U1, U2] } }\n';
const MINUTE_MS = 60_000;

const file = (rule: string, more = '') => ({ 'capops.yml': `${HEAD}${more}approvals:\n  revoke-module: ${rule}\n` });
const ruleOf = (rule: string, more = '') => load({}, file(rule, more)).settings.policy?.approvals?.['revoke-module'];

describe('the approvals in capops.yml', () => {
  test('ask one of the admins, for four hours, and remind after half of them, where nothing else is said', () => {
    expect(ruleOf('{}')).toEqual({
      from: [{ users: ['U1', 'U2'], groups: [], count: 1 }],
      waitMs: 240 * MINUTE_MS,
      nudge: { afterMs: 120 * MINUTE_MS, users: undefined },
      channel: undefined,
    });
    expect(ruleOf('{ wait: 1h }')).toMatchObject({ nudge: { afterMs: 30 * MINUTE_MS } });
  });

  test('say who, how many of each, how long, whom to remind, and where', () => {
    const lines = '[{ users: [U3], groups: [S1], count: 2 }, { groups: [S2] }]';
    const rule = `{ from: ${lines}, wait: 7d, nudge: { after: 30m, users: [U9] }, channel: C1 }`;
    expect(ruleOf(rule, 'trust_user_groups: true\n')).toEqual({
      from: [
        { users: ['U3'], groups: ['S1'], count: 2 },
        { users: [], groups: ['S2'], count: 1 },
      ],
      waitMs: 7 * 1440 * MINUTE_MS,
      nudge: { afterMs: 30 * MINUTE_MS, users: ['U9'] },
      channel: 'C1',
    });
    expect(ruleOf('{ nudge: { after: never } }')).toMatchObject({ nudge: undefined });
  });

  test('count the groups of admins only where groups are trusted', () => {
    const grouped = (trust: boolean) =>
      load(
        {},
        {
          'capops.yml': `environment: x\ntrust_user_groups: ${trust}\nroles: { operator: { groups: [S1] }, admin: { users: [U1], groups: ${trust ? '[S9]' : '[]'} } }\napprovals: { freeze: {} }\n`,
        },
      ).settings.policy?.approvals?.freeze?.from;
    expect(grouped(true)).toEqual([{ users: ['U1'], groups: ['S9'], count: 1 }]);
    expect(grouped(false)).toEqual([{ users: ['U1'], groups: [], count: 1 }]);
  });

  test.each([
    [
      '{ from: [{ groups: [S1] }] }',
      'approvals.revoke-module.from[0].groups: found ["S1"]. Allowed: none, unless trust_user_groups is true: whoever edits such a group could let themselves approve.',
    ],
    ['{ from: [] }', 'approvals.revoke-module.from: found []. Allowed: at least one line.'],
    ['{ from: [{}] }', 'approvals.revoke-module.from[0]: found nothing. Allowed: users, groups, or both.'],
    ['{ from: [{ users: [ada] }] }', 'from[0].users[0]: found “ada”. Allowed: a Slack user’s id, U… or W….'],
    ['{ from: [{ users: [U1], count: 0 }] }', 'from[0].count: found 0. Allowed: how many of them, from 1 to 20.'],
    [
      '{ from: [{ users: [U1], count: 2 }] }',
      'Allowed: as many different people as the counts ask for; one person counts for one line.',
    ],
    ['{ from: [{ users: [U1, U2] }, { users: [U1] }, { users: [U2] }] }', 'as many different people as the counts ask'],
    ['{ wait: 4m }', 'approvals.revoke-module.wait: found “4m”. Allowed: how long a request waits, from 5m to 7d'],
    ['{ wait: 8d }', 'approvals.revoke-module.wait: found “8d”'],
    ['{ wait: 4 }', 'approvals.revoke-module.wait: found 4'],
    ['{ nudge: { after: soon } }', 'nudge.after: found “soon”. Allowed: never, or when people are reminded'],
    ['{ wait: 1h, nudge: { after: 60m } }', 'and before the end of the wait'],
    ['{ nudge: { aftr: 1h } }', '“aftr” is not a setting. Did you mean “after”?'],
    ['{ form: [] }', '“form” is not a setting. Did you mean “from”?'],
    ['{ channel: ops }', 'approvals.revoke-module.channel: found “ops”'],
    ['ada', 'found “ada”. Allowed: keys with values: from, wait, nudge, channel.'],
  ])('refuse %s with the start', (rule, said) => {
    expect(refusal({}, file(rule))).toContain(said);
  });
});
