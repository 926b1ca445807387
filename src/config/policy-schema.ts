import { z } from 'zod';
import { nearest } from '../domain/nearest.ts';
import type { Policy, Settings } from '../ports.ts';

// The shape of capops.yml. Every message says what is allowed; what was found is put before it.
const id = (pattern: RegExp, allowed: string) => z.string(allowed).regex(pattern, allowed);
const user = id(/^[UW][A-Z0-9]+$/, 'a Slack user’s id, U… or W…');
const group = id(/^S[A-Z0-9]+$/, 'a Slack user group’s id, S…');
const channel = id(/^[CG][A-Z0-9]+$/, 'a Slack channel’s id, C… or G…');
const team = id(/^T[A-Z0-9]+$/, 'a Slack workspace’s id, T…');

const list = <T extends z.ZodType>(of: T, example: string) =>
  z.array(of, `a list of ids, such as [${example}]`).default([]);
const keys = (allowed: string) => ({
  error: (issue: { code?: string }) => (issue.code === 'invalid_type' ? `keys with values: ${allowed}` : undefined),
});

const roleSchema = z
  .strictObject({ users: list(user, 'U0123'), groups: list(group, 'S0123') }, keys('users, groups'))
  .default({ users: [], groups: [] });

const ROLE_NAMES = 'viewer, operator or admin';

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
          },
          keys('team_id, allowed_channels, announcements'),
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
    },
    keys('environment, time_zone, slack, trust_user_groups, roles, limits, terminal'),
  )
  .superRefine(refuseUselessGroups);

function refuseUselessGroups(
  file: { trust_user_groups: boolean; roles: Policy['roles'] },
  context: z.RefinementCtx,
): void {
  const { groups } = file.roles.admin;
  if (file.trust_user_groups || groups.length === 0) return;
  const message = 'none, unless trust_user_groups is true: whoever edits such a group could make themselves an admin';
  context.addIssue({ code: 'custom', path: ['roles', 'admin', 'groups'], input: groups, message });
}

/** What the file comes to. */
export function settingsOf(file: z.infer<typeof policySchema>): {
  settings: Settings;
  announcements: string | undefined;
} {
  const policy: Policy = {
    roles: file.roles,
    trustUserGroups: file.trust_user_groups,
    teamId: file.slack.team_id,
    allowedChannels: file.slack.allowed_channels,
    osUsers: file.terminal && osUsersOf(file.terminal.users),
  };
  const settings = {
    environment: file.environment,
    timeZone: file.time_zone,
    policy,
    requestsPerMinute: file.limits.requests_per_minute,
  };
  return { settings, announcements: file.slack.announcements };
}

/** The keys that the file may have at a place, e.g. `viewer, operator, admin` at `['roles']`. */
export function keysAt(place: readonly PropertyKey[]): string[] {
  let schema: z.core.JSONSchema.BaseSchema | undefined = z.toJSONSchema(policySchema, { io: 'input' });
  for (const key of place) {
    const within: z.core.JSONSchema._JSONSchema | undefined =
      schema?.properties?.[String(key)] ?? schema?.additionalProperties;
    schema = typeof within === 'object' ? within : undefined;
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

function checkZone(zone: string, context: z.RefinementCtx): void {
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

function zoneAllowed(zone = ''): string {
  const meant = zone && nearest(zone, Intl.supportedValuesOf('timeZone'));
  return meant ? `an IANA time zone; did you mean ${meant}?` : 'an IANA time zone, such as Europe/London';
}
