import type { App } from '@slack/bolt';
import { runLine } from './command-line.ts';
import type { Desk } from './desk.ts';
import { takeMessage } from './direct-message.ts';
import { acknowledgedByBolt, type Handling } from './handling.ts';
import { showHome } from './home.ts';
import { type Caused, ofEvent } from './origin.ts';

/** Slack delivers an event again within five minutes when an acknowledgement got lost. */
const REMEMBERED_EVENTS = 1_000;

/** A message as far as it matters here; edits, joins and the like have another subtype, bots a bot's id. */
interface WrittenEvent extends Caused {
  readonly channel_type?: string;
  readonly subtype?: string;
  readonly bot_id?: string;
  readonly text?: string;
  readonly files?: readonly { readonly id: string; readonly name?: string | null }[];
}

/** Direct messages, mentions, the home tab, and changes of user groups. */
export function listenToEvents(app: App, desk: Desk, handling: Handling): void {
  const isNew = remembering();

  app.event('message', async ({ event, body }) => {
    const message = event as WrittenEvent;
    const isWritten = message.subtype === undefined || message.subtype === 'file_share';
    if (message.channel_type !== 'im' || !isWritten || message.bot_id || !message.user || !isNew(body.event_id)) return;
    const files = (message.files ?? []).map(({ id, name }) => ({ id, name: name ?? '' }));
    const written = { text: message.text ?? '', files, requestKey: `event:${body.event_id}` };
    await handling.afterAck(acknowledgedByBolt, ofEvent(message, body), (asker) => takeMessage(desk, asker, written));
  });

  app.event('app_mention', async ({ event, body }) => {
    const { user, channel } = event;
    if (!user || event.bot_id || !isNew(body.event_id)) return;
    const line = { text: 'help', requestKey: `event:${body.event_id}` };
    await handling.afterAck(acknowledgedByBolt, ofEvent({ user, channel }, body), (asker) =>
      runLine(desk, asker, line),
    );
  });

  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home') return;
    await handling.afterAck(acknowledgedByBolt, ofEvent({ user: event.user }, body), (asker) => showHome(desk, asker));
  });

  app.event('subteam_members_changed', async ({ event }) => desk.ports.directory?.forgetGroup(event.subteam_id));
  app.event('subteam_updated', async ({ event }) => desk.ports.directory?.forgetGroup(event.subteam.id));
}

/** True for what was not asked before. */
function remembering(): (id: string) => boolean {
  const seen = new Set<string>();
  return (id) => {
    if (seen.has(id)) return false;
    seen.add(id);
    if (seen.size > REMEMBERED_EVENTS) seen.delete(seen.values().next().value ?? '');
    return true;
  };
}
