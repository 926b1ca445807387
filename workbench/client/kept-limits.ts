import { inspect } from 'node:util';
import type { Kind } from '../slack/state.ts';
import type { Workspace } from '../slack/workspace.ts';

/** How many of the app's messages, views and lists of options were held against Slack's limits, and kept to them. */
export type Kept = Record<Kind, number>;

/** Throws, with each complaint, when Slack would have refused something that the app sent. */
export function keptLimits({ state }: Workspace): Kept {
  const [first] = state.refused;
  if (!first) return { ...state.accepted };
  const all = state.refused.map(({ what, complaints }) => `${what}: ${complaints.join('; ')}`);
  const payload = inspect(first.payload, { depth: 8, breakLength: 120 }).slice(0, 4_000);
  throw new Error(`Slack would refuse what the app sent.\n${all.join('\n')}\nThe first was ${payload}`);
}
