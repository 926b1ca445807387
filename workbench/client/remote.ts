import { PERSON_VERBS, type PersonVerb, SLACK_VERBS, type SlackVerb } from '../control/verbs.ts';
import { fromWire, toWire } from '../control/wire.ts';
import type { Actor } from './actor.ts';
import type { Testing } from './testing.ts';

/** The same, from another process: whatever comes back comes as a promise. */
type Far<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;

export type RemoteActor = Pick<Actor, 'id' | 'direct'> & { [V in PersonVerb]: Far<Actor[V]> };
export type RemoteSlack = { as(id: string): Promise<RemoteActor> } & { [V in SlackVerb]: Far<Testing[V]> };

/** A running local Slack, by its address and the token of its control port. Rejects with what it says against a request. */
export function remoteSlack({ url, token }: { url: string; token: string }): RemoteSlack {
  const post = async (path: string, args: unknown[]): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/control/${path}`, { method: 'POST', headers, body: toWire(args) });
    const body = await answer.text();
    if (answer.status !== 200 && answer.status !== 400)
      throw new Error(`The control port answered ${answer.status}: ${body}`);
    const { result, error } = fromWire(body) as { result?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return result ?? undefined;
  };
  const verbs = (names: object, under = '') =>
    Object.fromEntries(Object.keys(names).map((verb) => [verb, (...args: unknown[]) => post(under + verb, args)]));
  const as = async (id: string): Promise<RemoteActor> => {
    const reader = await post(`as/${id}`, []);
    return { id, direct: `D${id.slice(1)}`, ...verbs(PERSON_VERBS, `as/${reader}/`) } as RemoteActor;
  };
  return { as, ...verbs(SLACK_VERBS) } as RemoteSlack;
}
