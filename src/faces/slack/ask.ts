import type { UserError } from '../../errors.ts';
import type { Receipt } from '../../ops/service/inbox.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { Request } from '../../ops/service/service.ts';
import type { Posted } from './answer.ts';
import { type Asker, actorOf, type Origin, type Wish } from './desk.ts';
import { answerTo, type Manner } from './stored-answer.ts';

/** What a payload asks for; nothing is done yet. */
export type Ask =
  | Task
  | { readonly act: 'form'; readonly wish: Wish }
  /** It cannot be done as it stands. With an operation, the policy has something to say first. */
  | { readonly act: 'words'; readonly error: UserError; readonly operation?: Operation | undefined };

/** An operation to run, and how it is answered. */
export interface Task extends Wish {
  readonly act: 'run';
  readonly confirmation?: string | undefined;
  readonly deliveryKey?: string | undefined;
  readonly requestKey?: string | undefined;
  /** Slack delivers it again by itself where an acknowledgement got lost. */
  readonly isSentAgain?: true;
  readonly manner: Manner;
  /** The message that may be changed: the one that was clicked. */
  readonly posted?: Posted | undefined;
}

/** A payload as it was read, and what was done about it before it is acknowledged. */
export interface Arrival {
  readonly origin: Origin;
  readonly ask: Ask;
  /** When it came, by `performance.now()`. */
  readonly sinceMs: number;
  /** Where it was stored first: what became of that, and the asker, who was looked up meanwhile. */
  readonly receipt?: Receipt | undefined;
  readonly asker?: Promise<Asker>;
}

/** A task, and what became of storing it; undefined: it was not stored. */
export interface Taken {
  readonly task: Task;
  readonly receipt?: Receipt | undefined;
}

/** The request that a task is, for whoever asks. */
export function requestOf(origin: Origin, task: Task, actor = actorOf(origin)): Request {
  const { operation, raw, confirmation, deliveryKey, requestKey } = task;
  return {
    operation,
    actor,
    raw,
    answer: answerTo(origin, task),
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(deliveryKey === undefined ? {} : { deliveryKey }),
    ...(requestKey === undefined ? {} : { requestKey }),
  };
}
