import type { Actor, Person, Policy, Role, ScheduleEntry } from '../ports.ts';

const RANK: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, admin: 3 };

/** Roles from the least to the most. A role may do what the ones before it may. */
export const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

export function covers(held: Role | undefined, needed: Role): boolean {
  return held !== undefined && RANK[held] >= RANK[needed];
}

/** What an actor may do, and by which line of the policy. */
export interface Standing {
  readonly role: Role | undefined;
  /** Why this role, or why none: a rule for the record and a sentence for the asker. */
  readonly rule: string;
  readonly because: string;
}

/** What the policy needs to know of the world; asked of Slack beforehand. */
export interface Facts {
  readonly workspaceId: string | undefined;
  readonly person: Person | undefined;
  /** Members by group id, for the groups that the policy names. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The role of whoever asks. Default deny: what is not said is not allowed. */
export function standingOf(actor: Actor, policy: Policy | undefined, facts: Facts): Standing {
  switch (actor.face) {
    case 'terminal':
      return terminalStanding(actor, policy);
    case 'schedule':
      return scheduleStanding(actor, policy);
    case 'slack':
      return slackStanding(actor, policy, facts);
  }
}

/** The reviewed file lists what a schedule runs: that it may do, whatever role it needs, and nothing else. */
function scheduleStanding(actor: Actor, policy: Policy | undefined): Standing {
  const entry = entryOf(actor, policy) ?? ownWork(actor, policy);
  if (!entry) return nobody('schedule.unlisted', 'capops.yml lists no such entry under schedule');
  return { role: 'admin', rule: `schedule.${entry.name}`, because: 'capops.yml lists it under schedule' };
}

/** Whether an actor of the schedule is the entry that capops.yml lists this operation for. */
export function isScheduled(actor: Actor, operation: string, policy: Policy | undefined): boolean {
  return entryOf(actor, policy)?.operation === operation || ownWork(actor, policy)?.name === operation;
}

/** What CapOps runs by itself where it is needed, because of a section of the file. */
function ownWork(actor: Actor, policy: Policy | undefined): { name: string } | undefined {
  const name = policy?.byItself?.find((operation) => actor.id === `schedule:${operation}`);
  return name === undefined ? undefined : { name };
}

function entryOf(actor: Actor, policy: Policy | undefined): ScheduleEntry | undefined {
  return policy?.schedule.find(({ name }) => actor.id === `schedule:${name}`);
}

function terminalStanding(actor: Actor, policy: Policy | undefined): Standing {
  if (!policy?.osUsers) {
    return {
      role: 'admin',
      rule: 'terminal',
      because: 'whoever runs the terminal is admin, since capops.yml names no terminal users',
    };
  }
  const entry = Object.hasOwn(policy.osUsers, actor.osUser ?? '') ? policy.osUsers[actor.osUser ?? ''] : undefined;
  if (!entry)
    return nobody('terminal.unlisted', `capops.yml does not list the user ${actor.osUser} under terminal.users`);
  const role = entry.role ?? (entry.slack ? roleById(entry.slack, policy) : undefined);
  if (role)
    return {
      role,
      rule: `terminal.users.${actor.osUser}`,
      because: `capops.yml lists ${actor.osUser} under terminal.users`,
    };
  return nobody('terminal.no-role', `capops.yml gives ${actor.osUser} no role`);
}

function slackStanding(actor: Actor, policy: Policy | undefined, facts: Facts): Standing {
  if (!policy)
    return nobody('no-policy', 'there is no capops.yml yet, and without it CapOps takes no requests from Slack');
  if (!actor.slack) return nobody('no-slack-user', 'the request names no Slack user');
  const workspaceId = policy.teamId ?? facts.workspaceId;
  if (!workspaceId || actor.slack.teamId !== workspaceId) {
    return nobody('workspace', 'the request comes from another Slack workspace than the one CapOps serves');
  }
  if (facts.person && facts.person.standing !== 'member') {
    return nobody(facts.person.standing, `CapOps takes no requests from ${facts.person.standing} accounts`);
  }
  return memberStanding(actor.slack.userId, policy, facts.members);
}

function memberStanding(userId: string, policy: Policy, members: Facts['members']): Standing {
  const byId = roleById(userId, policy);
  const trusted = ROLES.filter((role) => role !== 'admin' || policy.trustUserGroups);
  const byGroup = trusted
    .flatMap((role) => policy.roles[role].groups.map((group) => ({ role, group })))
    .filter(({ group }) => members.get(group)?.has(userId))
    .at(-1);
  if (byGroup && !covers(byId, byGroup.role)) {
    return {
      role: byGroup.role,
      rule: `roles.${byGroup.role}.groups ${byGroup.group}`,
      because: `you are in the user group ${byGroup.group}, which capops.yml makes ${byGroup.role}`,
    };
  }
  if (byId) return { role: byId, rule: `roles.${byId}.users`, because: `capops.yml lists you as ${byId}` };
  return nobody('unlisted', 'capops.yml gives you no role');
}

/** The highest role that the file gives to a Slack user id by itself. */
export function roleById(userId: string, policy: Policy): Role | undefined {
  return ROLES.filter((role) => policy.roles[role].users.includes(userId)).at(-1);
}

/** Whether commands are taken in this channel. A direct message with CapOps always counts; who asks is checked besides. */
export function channelAllowed(channelId: string | undefined, policy: Policy | undefined): boolean {
  if (channelId === undefined || channelId.startsWith('D')) return true;
  if (!policy) return false;
  return policy.allowedChannels === 'any' || policy.allowedChannels.includes(channelId);
}

function nobody(rule: string, because: string): Standing {
  return { role: undefined, rule, because };
}
