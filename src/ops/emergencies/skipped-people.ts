import { namedBy, personOf, ruleFor } from '../../domain/approval-rule.ts';
import type { Policy, Ports } from '../../ports.ts';
import { membersOf } from '../approving/approvers.ts';
import { slackIdIn } from '../person-behind.ts';

const NAME = 'emergency-access';

/** Slack ids of those who could have approved emergency access that this actor has; members of groups where Slack says who. */
export async function skippedPeople(ports: Pick<Ports, 'directory' | 'settings'>, actorId: string): Promise<string[]> {
  const { policy } = ports.settings;
  const rule = ruleFor({ name: NAME, secondPerson: true }, policy);
  if (!rule) return [];
  const people = namedBy(rule, await membersOf(ports, rule));
  const own = personBy(actorId, policy);
  return people.filter((person) => person !== own);
}

/** The Slack person behind an actor’s id. */
function personBy(actorId: string, policy: Policy | undefined): string | undefined {
  const slack = slackIdIn(actorId);
  if (slack) return slack;
  const [, osUser] = /^cli:(.+)@[^@]*$/.exec(actorId) ?? [];
  return osUser === undefined ? undefined : personOf({ id: actorId, name: osUser, face: 'terminal', osUser }, policy);
}
