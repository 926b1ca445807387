import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { Policy, Settings } from '../ports.ts';
import { accessOf, accessSection } from './access-schema.ts';
import { approvalRules, refuseUntrustedGroups, rulesOf } from './approval-schema.ts';
import { composeSection } from './compose-schema.ts';
import { drillChecksOf, drillSection } from './drill-schema.ts';
import { emergencyOf, emergencySection } from './emergency-schema.ts';
import { healthOf, healthSection } from './health-schema.ts';
import { logsOf, logsSection } from './logs-schema.ts';
import { channel, group, id, keys, list, user } from './policy-values.ts';
import { backupsOf, backupsSection } from './retention-schema.ts';
import { entriesOf, refuseSameNames, scheduleEntry, withBuiltIns } from './schedule-schema.ts';
import { checkZone, zoneAllowed } from './time-zone.ts';

// The shape of capops.yml. Every message says what is allowed; what was found is put before it.
const team = id(/^T[A-Z0-9]+$/, 'a Slack workspace’s id, T…');

const roleSchema = z
  .strictObject({ users: list(user, 'U0123'), groups: list(group, 'S0123') }, keys('users, groups'))
  .default({ users: [], groups: [] });

const ROLE_NAMES = 'viewer, operator or admin';

const CHECKOUT = 'a folder’s whole path, such as /srv/capacity-planner';

const REQUESTS = 'a whole number from 1 to 1000000';

const terminalUser = z
  .strictObject(
    { role: z.enum(['viewer', 'operator', 'admin'], ROLE_NAMES).optional(), slack: user.optional() },
    keys('role, slack'),
  )
  .refine((entry) => entry.role !== undefined || entry.slack !== undefined, 'a role, a Slack user’s id, or both');

/** The whole file. `environment` is asked for, since it stands on every confirmation. */
export const policySchema = z
  .strictObject(
    {
      environment: id(
        /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u,
        'a name of at most 40 letters and digits, such as production',
      ),
      time_zone: z.string(zoneAllowed()).superRefine(checkZone).default('UTC'),
      slack: z
        .strictObject(
          {
            team_id: team.optional(),
            allowed_channels: z
              .union([z.literal('any'), z.array(channel)], {
                error: 'any, or a list of channel ids, such as [C0123]',
              })
              .default([]),
            announcements: channel.optional(),
            audit: channel.optional(),
          },
          keys('team_id, allowed_channels, announcements, audit'),
        )
        .default({ allowed_channels: [] }),
      trust_user_groups: z.boolean('true or false').default(false),
      roles: z
        .strictObject({ viewer: roleSchema, operator: roleSchema, admin: roleSchema }, keys('viewer, operator, admin'))
        .default({ viewer: none(), operator: none(), admin: none() }),
      limits: z
        .strictObject(
          {
            requests_per_minute: z.number(REQUESTS).int(REQUESTS).min(1, REQUESTS).max(1_000_000, REQUESTS).default(60),
          },
          keys('requests_per_minute'),
        )
        .default({ requests_per_minute: 60 }),
      terminal: z
        .strictObject({ users: z.record(z.string(), terminalUser, 'OS users and what they are') }, keys('users'))
        .optional(),
      approvals: approvalRules.default({}),
      schedule: z
        .array(scheduleEntry, 'a list of operations that run by themselves')
        .superRefine(refuseSameNames)
        .default([]),
      backups: backupsSection.optional(),
      drill: drillSection.optional(),
      health: healthSection.optional(),
      access: accessSection.optional(),
      logs: logsSection.optional(),
      compose: composeSection.optional(),
      emergency: emergencySection.prefault({}),
      checkout: z.string(CHECKOUT).refine(isAbsolute, CHECKOUT).optional(),
    },
    keys(
      'environment, time_zone, slack, trust_user_groups, roles, limits, terminal, approvals, schedule, backups, drill, health, access, logs, compose, emergency, checkout',
    ),
  )
  .superRefine(refuseUselessGroups);

function refuseUselessGroups(
  file: { trust_user_groups: boolean; roles: Policy['roles']; approvals: z.infer<typeof approvalRules> },
  context: z.RefinementCtx,
): void {
  if (file.trust_user_groups) return;
  refuseUntrustedGroups(file.approvals, context);
  const { groups } = file.roles.admin;
  if (groups.length === 0) return;
  const message = 'none, unless trust_user_groups is true: whoever edits such a group could make themselves an admin';
  context.addIssue({ code: 'custom', path: ['roles', 'admin', 'groups'], input: groups, message });
}

/** What the file comes to. */
export function settingsOf(file: z.infer<typeof policySchema>): {
  settings: Settings;
  announcements: string | undefined;
} {
  const auditChannel = file.slack.audit ?? file.slack.announcements;
  const access = accessOf(file.access, file.slack.announcements);
  const roles = { roles: file.roles, trustUserGroups: file.trust_user_groups };
  const policy: Policy = {
    ...roles,
    teamId: file.slack.team_id,
    allowedChannels: file.slack.allowed_channels,
    osUsers: file.terminal && osUsersOf(file.terminal.users),
    approvals: rulesOf(file.approvals, roles),
    schedule: withBuiltIns(entriesOf(file.schedule, { timeZone: file.time_zone, channel: file.slack.announcements }), {
      timeZone: file.time_zone,
      auditChannel,
      announcements: file.slack.announcements,
      hasBackups: file.backups !== undefined,
      accessChannel: access?.channel,
    }),
    byItself: access && ['expire-access'],
  };
  const settings = {
    environment: file.environment,
    timeZone: file.time_zone,
    policy,
    requestsPerMinute: file.limits.requests_per_minute,
    auditChannel,
    backups: backupsOf(file.backups),
    drillChecks: drillChecksOf(file.drill),
    health: healthOf(file.health),
    access,
    logs: logsOf(file.logs, file.compose?.project),
    compose: file.compose,
    emergency: emergencyOf(file.emergency),
    checkout: file.checkout,
  };
  return { settings, announcements: file.slack.announcements };
}

/** The keys that the file may have at a place, e.g. `viewer, operator, admin` at `['roles']`. */
export function keysAt(place: readonly PropertyKey[]): string[] {
  let schema: z.core.JSONSchema.BaseSchema | undefined = z.toJSONSchema(policySchema, { io: 'input' });
  for (const key of place) {
    const within: unknown = schema?.properties?.[String(key)] ?? schema?.additionalProperties ?? schema?.items;
    schema =
      typeof within === 'object' && !Array.isArray(within) ? (within as z.core.JSONSchema.BaseSchema) : undefined;
  }
  return Object.keys(schema?.properties ?? {});
}

function osUsersOf(users: Record<string, z.infer<typeof terminalUser>>): NonNullable<Policy['osUsers']> {
  const entries = Object.entries(users).map(([name, { role, slack }]) => [name, { role, slack }] as const);
  return Object.fromEntries(entries);
}

function none(): { users: string[]; groups: string[] } {
  return { users: [], groups: [] };
}
