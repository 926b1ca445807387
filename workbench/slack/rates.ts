import type { Payload } from './deliver.ts';
import type { Workspace } from './workspace.ts';

/**
 * How often Slack lets an app call: https://docs.slack.dev/apis/web-api/rate-limits. Slack promises the rates and
 * tolerates bursts without saying how large; here a burst is a minute's worth (for posts: half a minute's), so that
 * whatever is refused here Slack would refuse too.
 */
type Rate = { perMinute: number; burst: number; perChannel?: true };

const tier = (perMinute: number): Rate => ({ perMinute, burst: perMinute });

/** Tier 1 is 1 a minute, in bursts: an app may open its ten connections at once. */
const TIER_1: Rate = { perMinute: 1, burst: 20 };
const TIER_2 = tier(20);
const TIER_3 = tier(50);
const TIER_4 = tier(100);

/** Methods that are not here have no rate that an app would meet. */
export const RATES: Record<string, Rate> = {
  'chat.postMessage': { perMinute: 60, burst: 30, perChannel: true },
  'chat.update': TIER_3,
  'chat.delete': TIER_3,
  'chat.postEphemeral': TIER_4,
  'views.open': TIER_4,
  'views.push': TIER_4,
  'views.update': TIER_4,
  'views.publish': TIER_4,
  'users.info': TIER_4,
  'usergroups.list': TIER_2,
  'usergroups.users.list': TIER_2,
  'conversations.open': TIER_3,
  'conversations.info': TIER_3,
  'files.info': TIER_4,
  'files.getUploadURLExternal': TIER_4,
  'files.completeUploadExternal': TIER_4,
  'apps.connections.open': TIER_1,
};

/** What is left of a burst, and when that was counted. */
export type Allowance = { left: number; at: number };

/** Counts a call. Undefined: Slack takes it; else the seconds to wait, for Retry-After. */
export function overRate(workspace: Workspace, method: string, args: Payload): number | undefined {
  const rate = RATES[method];
  if (!rate || !workspace.hasRates) return undefined;
  const key = rate.perChannel ? `${method} ${args.channel}` : method;
  const now = workspace.now();
  const known = workspace.allowances.get(key) ?? { left: rate.burst, at: now };
  const regained = ((now - known.at) / 60_000) * rate.perMinute;
  const left = Math.min(rate.burst, known.left + regained);
  workspace.allowances.set(key, { left: left >= 1 ? left - 1 : left, at: now });
  return left >= 1 ? undefined : Math.ceil(((1 - left) * 60) / rate.perMinute);
}
