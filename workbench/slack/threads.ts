import type { Message } from './state.ts';
import type { Workspace } from './workspace.ts';

/** What stands under a message that has replies: how many, of whom, and the `ts` of the last. */
export type Thread = { replies: number; people: string[]; latest: string };

/** The thread that a message belongs to: a reply to a reply stands under the first message. */
export function threadFor(workspace: Workspace, ts: string): string {
  return workspace.state.messages.get(ts)?.threadTs ?? ts;
}

/** Undefined without replies. Private replies do not count: nobody else knows of them. */
export function threadUnder(workspace: Workspace, ts: string): Thread | undefined {
  const replies = repliesTo(workspace, ts).filter((reply) => !reply.ephemeralFor);
  const latest = replies.at(-1)?.ts;
  if (latest === undefined) return undefined;
  return { replies: replies.length, people: [...new Set(replies.map(({ user }) => user))], latest };
}

/** Oldest first. */
export function repliesTo(workspace: Workspace, ts: string): Message[] {
  return [...workspace.state.messages.values()].filter((message) => message.threadTs === ts);
}
