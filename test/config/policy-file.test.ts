import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPolicyFile } from '../../src/config/policy-file.ts';

function read(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'capops-policy-'));
  writeFileSync(join(folder, 'capops.yml'), text, { mode: 0o600 });
  return readPolicyFile(folder, undefined);
}

/** The faults without the folder's name. */
function faults(text: string): string[] {
  return read(text).faults.map((fault) => fault.replace(/^.*capops\.yml/, 'capops.yml'));
}

describe('the file', () => {
  test('says who may do what', () => {
    const { value } = read(`
environment: production
time_zone: Europe/London
slack: { team_id: T01, allowed_channels: any, announcements: C01 }
trust_user_groups: true
roles:
  operator: { users: [U1, W2], groups: [S1] }
  admin: { groups: [S2] }
terminal:
  users:
    ada: { role: admin, slack: U1 }
    omar: { slack: U2 }
`);
    const nobody = { users: [], groups: [] };
    expect(value?.announcements).toBe('C01');
    expect(value?.settings).toEqual({
      environment: 'production',
      timeZone: 'Europe/London',
      policy: {
        roles: {
          viewer: nobody,
          operator: { users: ['U1', 'W2'], groups: ['S1'] },
          admin: { users: [], groups: ['S2'] },
        },
        trustUserGroups: true,
        teamId: 'T01',
        allowedChannels: 'any',
        osUsers: { ada: { role: 'admin', slack: 'U1' }, omar: { role: undefined, slack: 'U2' } },
        approvals: {},
        schedule: expect.arrayContaining([expect.objectContaining({ name: 'audit-anchor', channel: 'C01' })]),
      },
      requestsPerMinute: 60,
      auditChannel: 'C01',
      backups: {
        encryptTo: [],
        storage: undefined,
        parallelAboveBytes: 10e9,
        retention: { daily: 7, weekly: 4, monthly: 12, manualDays: 7, safetyDays: 30 },
      },
      drillChecks: [],
      health: { checks: {}, maintenance: [] },
      emergency: { waitMs: 600_000 },
    });
  });

  test('lets nobody in where it says nothing', () => {
    const nobody = { users: [], groups: [] };
    expect(read('environment: staging').value?.settings.policy).toEqual({
      roles: { viewer: nobody, operator: nobody, admin: nobody },
      trustUserGroups: false,
      teamId: undefined,
      allowedChannels: [],
      osUsers: undefined,
      approvals: {},
      schedule: [],
    });
  });

  test('is known by the hash of its bytes', () => {
    const text = 'environment: staging\n# Größe\n';
    expect(read(text).value?.policyFile?.sha256).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('that is named has to be there', () => {
    expect(readPolicyFile('/nowhere', 'mine.yml').faults).toEqual([
      'CAPOPS_CONFIG: found /nowhere/mine.yml, which is not there. Allowed: a file that is.',
    ]);
  });

  test('that cannot be read is no reason to go without it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'capops-policy-'));
    expect(readPolicyFile(folder, '.').faults).toEqual([expect.stringMatching(/cannot be read: EISDIR/)]);
  });
});

describe('a mistake is named with its line:', () => {
  test.each([
    ['environment: x\nenviroment: y', 'capops.yml, line 2: “enviroment” is not a setting. Did you mean “environment”?'],
    [
      'environment: x\nroles:\n  operatr: {}',
      'capops.yml, line 3: “operatr” is not a setting. Did you mean “operator”?',
    ],
    [
      'environment: x\ncolour: red',
      'capops.yml, line 2: “colour” is not a setting. Allowed here: environment, time_zone, slack, trust_user_groups, roles, limits, terminal, approvals, schedule, backups, drill, health, access, logs, compose, emergency, checkout.',
    ],
    [
      'environment: x\nterminal:\n  users:\n    ada: { role: admin, slak: U1 }',
      'capops.yml, line 4: “slak” is not a setting. Did you mean “slack”?',
    ],
    [
      'time_zone: UTC',
      'capops.yml, line 1, environment: found nothing. Allowed: a name of at most 40 letters and digits, such as production.',
    ],
    [
      'environment: x\ntime_zone: Europe/Lodnon',
      'capops.yml, line 2, time_zone: found “Europe/Lodnon”. Allowed: an IANA time zone; did you mean Europe/London?',
    ],
    [
      'environment: x\ntime_zone: "+01:00"',
      'capops.yml, line 2, time_zone: found “+01:00”. Allowed: an IANA time zone, such as Europe/London.',
    ],
    [
      'environment: x\nroles:\n  viewer:\n    users:\n      - U1\n      - "@vera"',
      'capops.yml, line 6, roles.viewer.users[1]: found “@vera”. Allowed: a Slack user’s id, U… or W….',
    ],
    [
      'environment: x\nroles:\n  viewer: { groups: [U1] }',
      'capops.yml, line 3, roles.viewer.groups[0]: found “U1”. Allowed: a Slack user group’s id, S….',
    ],
    [
      'environment: x\nroles:\n  viewer: { users: U1 }',
      'capops.yml, line 3, roles.viewer.users: found “U1”. Allowed: a list of ids, such as [U0123].',
    ],
    [
      'environment: x\nroles: none',
      'capops.yml, line 2, roles: found “none”. Allowed: keys with values: viewer, operator, admin.',
    ],
    [
      'environment: x\nslack: { allowed_channels: [general] }',
      'capops.yml, line 2, slack.allowed_channels[0]: found “general”. Allowed: a Slack channel’s id, C… or G….',
    ],
    [
      'environment: x\nslack: { allowed_channels: all }',
      'capops.yml, line 2, slack.allowed_channels: found “all”. Allowed: any, or a list of channel ids, such as [C0123].',
    ],
    [
      'environment: x\nslack: { team_id: acme }',
      'capops.yml, line 2, slack.team_id: found “acme”. Allowed: a Slack workspace’s id, T….',
    ],
    [
      'environment: x\ntrust_user_groups: yes',
      'capops.yml, line 2, trust_user_groups: found “yes”. Allowed: true or false.',
    ],
    [
      'environment: x\nterminal: { users: { ada: {} } }',
      'capops.yml, line 2, terminal.users.ada: found {}. Allowed: a role, a Slack user’s id, or both.',
    ],
    [
      'environment: x\nterminal: { users: { ada: { role: root } } }',
      'capops.yml, line 2, terminal.users.ada.role: found “root”. Allowed: viewer, operator or admin.',
    ],
    [
      'environment: x\nroles:\n  admin: { groups: [S1] }',
      'capops.yml, line 3, roles.admin.groups: found ["S1"]. Allowed: none, unless trust_user_groups is true: whoever edits such a group could make themselves an admin.',
    ],
    [
      '',
      'capops.yml, line 1, the file: found nothing. Allowed: keys with values: environment, time_zone, slack, trust_user_groups, roles, limits, terminal, approvals, schedule, backups, drill, health, access, logs, compose, emergency, checkout.',
    ],
  ])('%j', (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });

  test('a key that stands there twice', () => {
    expect(faults('environment: x\nroles:\n  admin: { users: [U1] }\n  admin: { users: [U2] }')[0]).toMatch(
      /^capops.yml: Map keys must be unique at line 4/,
    );
  });

  test('a file that unfolds without end', () => {
    const layers = Array.from({ length: 12 }, (_, depth) => `a${depth}: &a${depth} [${`*a${depth - 1},`.repeat(10)}]`);
    expect(faults(['a: &a-1 [x]', ...layers].join('\n').replaceAll('a-1', 'b'))[0]).toMatch(/^capops.yml: /);
  });
});
