import type { BlockButtonAction, ReceiverEvent, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import type { OpsService } from '../../ops/service/service.ts';
import type { Arrival, Ask } from './ask.ts';
import { type Interaction, ofCommand, ofEvent, ofInteraction } from './origin.ts';
import { readClick } from './read-click.ts';
import { formChannel, readSubmission } from './read-form.ts';
import { readLine } from './read-line.ts';
import { readMessage, type Written } from './read-message.ts';
import { unescaped } from './text.ts';

/** What a payload says. */
export type Read = Pick<Arrival, 'origin' | 'ask'>;

/** Who asks for what in a payload from Slack. Undefined: nobody for anything that an operation or an answer would be. */
export function readPayload(service: OpsService, { body }: Pick<ReceiverEvent, 'body'>): Read | undefined {
  if (body.command !== undefined) return readCommand(service, body as SlashCommand);
  switch (body.type) {
    case 'block_actions':
      return readAction(service, body as BlockButtonAction);
    case 'view_submission': {
      const { view } = body as ViewSubmitAction;
      const origin = ofInteraction(body as Interaction, formChannel(view.private_metadata));
      return { origin, ask: readSubmission(service, view) };
    }
    case 'event_callback':
      return readEvent(service, body as { event: Written; team_id: string });
    default:
      return undefined;
  }
}

function readCommand(service: OpsService, body: SlashCommand): Read {
  const ask = readLine(service, unescaped(body.text ?? ''));
  const keyed = ask.act === 'run' ? { ...ask, deliveryKey: `command:${body.trigger_id}` } : ask;
  return { origin: ofCommand(body), ask: keyed };
}

function readAction(service: OpsService, body: BlockButtonAction): Read | undefined {
  if (body.actions[0]?.type !== 'button') return undefined;
  const channelId = body.view?.private_metadata ? formChannel(body.view.private_metadata) : body.channel?.id;
  return { origin: ofInteraction(body as Interaction, channelId), ask: onThisHome(readClick(service, body), body) };
}

/** A home tab keeps its id for ever: a button that it shows anew asks anew. */
function onThisHome(ask: Ask, { view }: BlockButtonAction): Ask {
  if (ask.act !== 'run' || ask.requestKey === undefined || view?.type !== 'home') return ask;
  return { ...ask, requestKey: `${ask.requestKey}:${view.hash}` };
}

function readEvent(service: OpsService, body: { event: Written; team_id: string }): Read | undefined {
  const { event } = body;
  if (event.type !== 'message' && event.type !== 'app_mention') return undefined;
  const ask = readMessage(service, event);
  return ask && { origin: ofEvent(event, body), ask };
}
