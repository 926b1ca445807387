import type { SlashCommand } from '@slack/bolt';
import type { Origin } from './desk.ts';

/** The parts of an interactive payload that say where it came from. */
export interface Interaction {
  readonly user: { readonly id: string; readonly name?: string; readonly team_id?: string };
  readonly team: { readonly id: string } | null;
  readonly channel?: { readonly id: string } | undefined;
  readonly response_url?: string;
  readonly trigger_id?: string;
}

export function ofCommand(body: SlashCommand): Origin {
  return {
    userId: body.user_id,
    userName: body.user_name,
    teamId: body.team_id,
    channelId: body.channel_id,
    responseUrl: body.response_url,
    triggerId: body.trigger_id,
  };
}

/** A person's own workspace counts: in a shared channel it is not the one in which they click. */
export function ofInteraction(body: Interaction, channelId = body.channel?.id): Origin {
  const { user, team, response_url: responseUrl, trigger_id: triggerId } = body;
  return {
    userId: user.id,
    userName: user.name,
    teamId: user.team_id ?? team?.id ?? '',
    channelId,
    responseUrl,
    triggerId,
  };
}

/** What an event says of who caused it. */
export interface Caused {
  readonly user: string;
  readonly channel?: string | undefined;
  /** The workspace of the person, where it is not the app's. */
  readonly user_team?: string | undefined;
}

export function ofEvent({ user, channel, user_team }: Caused, { team_id }: { team_id: string }): Origin {
  return { userId: user, userName: undefined, teamId: user_team ?? team_id, channelId: channel };
}
