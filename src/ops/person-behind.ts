import type { Ports } from '../ports.ts';
import { signed } from './service/signed.ts';

/** The Slack id behind an actor’s; undefined: they acted elsewhere. */
export function slackIdIn(actorId: string): string | undefined {
  return /^slack:(\w+)$/.exec(actorId)?.[1];
}

/** Somebody who acted from Slack goes by their name there, where Slack says it. */
export async function personBehind(actorId: string, { directory }: Pick<Ports, 'directory'>): Promise<string> {
  const userId = slackIdIn(actorId);
  const person = userId ? await directory?.person(userId) : undefined;
  return person ? signed({ name: person.name, id: actorId }) : actorId;
}
