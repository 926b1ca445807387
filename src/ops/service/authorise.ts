import {
  channelAllowed,
  covers,
  type Facts,
  isScheduled,
  ROLES,
  roleById,
  type Standing,
  standingOf,
} from '../../domain/access-policy.ts';
import { DeniedError } from '../../errors.ts';
import type { Actor, Policy, Ports } from '../../ports.ts';
import type { Operation } from './operation.ts';

/** Throws DeniedError unless the policy lets this actor do this now. Asked anew at every step: a role lost in between is lost. */
export async function authorise(ports: Ports, operation: Operation, actor: Actor): Promise<Standing> {
  const standing = await standingNow(ports, actor);
  if (!standing.role) {
    const who = actor.slack
      ? `Ask an admin of CapOps to add you; your Slack id is ${actor.slack.userId}.`
      : 'Ask an admin of CapOps.';
    throw new DeniedError(standing.rule, `You may not use CapOps: ${standing.because}. ${who}`);
  }
  if (!channelAllowed(actor.slack?.channelId, ports.settings.policy)) {
    throw new DeniedError(
      'channel',
      'CapOps takes no requests in this channel. Use a channel that capops.yml allows, or a direct message with CapOps.',
    );
  }
  if (actor.face === 'schedule' && !isScheduled(actor, operation.name, ports.settings.policy)) {
    throw new DeniedError('schedule.operation', `capops.yml does not let ${actor.id} run “${operation.verb}”.`);
  }
  if (!covers(standing.role, operation.role)) {
    throw new DeniedError(
      `role.${operation.role}`,
      `“${operation.verb}” needs the role ${operation.role}, and you are ${standing.role} (${standing.because}). Nothing was changed. Ask an admin of CapOps.`,
    );
  }
  return standing;
}

/** What the actor may do at this moment, and why. */
export async function standingNow(ports: Ports, actor: Actor): Promise<Standing> {
  return standingOf(actor, ports.settings.policy, await factsAbout(ports, actor));
}

async function factsAbout({ directory, settings }: Ports, actor: Actor): Promise<Facts> {
  const nothing: Facts = { workspaceId: undefined, person: undefined, members: new Map() };
  if (!directory || !actor.slack || !settings.policy) return nothing;
  const { userId } = actor.slack;
  const [workspaceId, person, members] = await Promise.all([
    settings.policy.teamId ?? directory.workspaceId(),
    directory.person(userId),
    membersOf(settings.policy, userId, directory),
  ]);
  return { workspaceId, person, members };
}

/** Groups are asked only where they could raise the role that the user id has by itself. */
async function membersOf(
  policy: Policy,
  userId: string,
  directory: NonNullable<Ports['directory']>,
): Promise<Facts['members']> {
  const held = roleById(userId, policy);
  const groups = ROLES.filter((role) => !covers(held, role)).flatMap((role) => policy.roles[role].groups);
  return new Map(
    await Promise.all([...new Set(groups)].map(async (id) => [id, await directory.groupMembers(id)] as const)),
  );
}
