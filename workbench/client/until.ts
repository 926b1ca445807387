import { inspect } from 'node:util';
import type { Workspace } from '../slack/workspace.ts';

export type Patience = { timeoutMs?: number };

/**
 * Waits until the check gives something (not undefined, null or false) and returns it. It is asked at once and again
 * after every change, never by the clock; an assertion that throws counts as "not yet". After the timeout (10 s) it
 * fails with the last assertion, or with what the workspace saw last.
 */
export function until<T>(
  workspace: Workspace,
  check: () => T,
  { timeoutMs = 10_000 }: Patience = {},
): Promise<Found<T>> {
  return new Promise((resolve, reject) => {
    let last: unknown;
    const finish = (end: () => void) => {
      clearTimeout(timer);
      workspace.listeners.delete(ask);
      end();
    };
    const ask = () => {
      try {
        const value = check();
        if (value !== undefined && value !== null && value !== false) finish(() => resolve(value as Found<T>));
      } catch (error) {
        last = error;
      }
    };
    const giveUp = () => reject(new Error(`Not so after ${timeoutMs} ms. ${lately(workspace)}`, { cause: last }));
    const timer = setTimeout(() => finish(giveUp), timeoutMs);
    workspace.listeners.add(ask);
    ask();
  });
}

export type Found<T> = Exclude<T, undefined | null | false>;

/** What happened last, for whoever reads a failed test. */
function lately({ state }: Workspace): string {
  const messages = [...state.messages.values()].slice(-4).map(({ channel, user, text, ephemeralFor }) => {
    return { channel, user, text, ...(ephemeralFor ? { ephemeralFor } : {}) };
  });
  const deliveries = state.deliveries.slice(-3).map(({ kind, status, error, body }) => ({ kind, status, error, body }));
  const calls = state.calls.slice(-4).map(({ method, answer }) => ({ method, ok: answer.ok, error: answer.error }));
  const views = [...state.modals.values()].flat().map(({ title, person }) => ({ title, person }));
  return `Last seen: ${inspect({ messages, deliveries, calls, views }, { depth: 4, breakLength: 120 })}`;
}
