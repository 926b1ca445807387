import type { Ports } from '../ports.ts';

/** Somebody who acted from Slack goes by their name there, where Slack says it. */
export async function personBehind(actorId: string, { directory }: Pick<Ports, 'directory'>): Promise<string> {
  const userId = /^slack:(\w+)$/.exec(actorId)?.[1];
  const person = userId ? await directory?.person(userId) : undefined;
  return person ? `${person.name} (${actorId})` : actorId;
}
