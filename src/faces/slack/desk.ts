import type { types, webApi } from '@slack/bolt';
import type { Operation } from '../../ops/service/operation.ts';
import type { OpsService } from '../../ops/service/service.ts';
import type { Actor, Ports } from '../../ports.ts';
import type { HomeTabs } from './home-tabs.ts';

/** What Slack's side needs to reach Slack; the adapter `slack-web` is it. */
export interface SlackWeb {
  readonly client: webApi.WebClient;
  /** Gives up after 1.2 s; for what somebody waits for. */
  readonly quick: webApi.WebClient;
  readonly fetch: webApi.FetchFunction;
  respond(responseUrl: string, body: object): Promise<void>;
  download(url: string): AsyncIterable<Uint8Array>;
}

/** What every part of the Slack face works with. */
export interface Desk {
  readonly service: OpsService;
  readonly ports: Ports;
  readonly web: SlackWeb;
  /** The channel that hears of changes made elsewhere. */
  readonly announcements: string | undefined;
  readonly homeTabs: HomeTabs;
}

/** Where a request came from, as its payload says; no more than what answers need. */
export interface Origin {
  readonly userId: string;
  /** The name in the payload, for when Slack's directory does not answer. */
  readonly userName: string | undefined;
  readonly teamId: string;
  readonly channelId?: string | undefined;
  readonly responseUrl?: string | undefined;
  /** Opens one view within 3 s. */
  readonly triggerId?: string | undefined;
}

/** Who asks, and how they are answered. */
export interface Asker extends Origin {
  readonly actor: Actor;
}

/** One operation as it was asked for in Slack. */
export interface Wish {
  readonly operation: Operation;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A message in the making. `text` is what notifications and screen readers have. */
export interface Message {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
  /** The same without charts, where there are some: for when Slack refuses those. */
  readonly plainer?: types.KnownBlock[];
  /** What goes into its thread, in order. */
  readonly thread?: readonly Message[];
}

/** The person as the payload names them, or by the name given. */
export function actorOf({ userId, userName, teamId, channelId }: Origin, name = userName || userId): Actor {
  const slack = { userId, teamId, ...(channelId === undefined ? {} : { channelId }) };
  return { id: `slack:${userId}`, name, face: 'slack', slack };
}

/** The person as CapOps knows them. Asks the directory for the name. */
export async function askerOf({ ports }: Desk, origin: Origin): Promise<Asker> {
  const person = await ports.directory?.person(origin.userId);
  return { ...origin, actor: actorOf(origin, person?.name || undefined) };
}

/** A direct message with CapOps, where nobody else reads along. */
export function isDirect(channelId: string | undefined): boolean {
  return channelId?.startsWith('D') ?? false;
}
